using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MistralServe.Tests.Mcp;

/// <summary>docs/mcp-requirements.md: every row of the contract has tests, and they exist.</summary>
public sealed partial class RequirementTests
{
    private const int Rows = 30;

    [Fact]
    public void Every_row_names_tests_that_exist()
    {
        List<string[]> rows = [.. File.ReadLines(RepositoryFiles.Path("docs/mcp-requirements.md"))
            .Where(line => RowStart().IsMatch(line))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        Assert.Equal(Enumerable.Range(1, Rows), rows.Select(row => int.Parse(row[0], CultureInfo.InvariantCulture)));
        foreach (string[] row in rows)
        {
            string[] tests = [.. Quoted().Matches(row[2]).Select(match => match.Groups[1].Value)];
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.True(IsTest(test), $"row {row[0]}: there is no test {test}"));
            foreach (string script in Quoted().Matches(row[3]).Select(match => match.Groups[1].Value))
            {
                string folder = script.EndsWith(".py", StringComparison.Ordinal) ? "python" : "node/mcp";
                Assert.True(File.Exists(RepositoryFiles.Path($"tests/clients/{folder}/{script}")), $"row {row[0]}: there is no script {script}");
            }
        }
    }

    [Fact]
    public void The_contract_has_no_more_rows()
    {
        string contract = File.ReadAllText(RepositoryFiles.Shared("design/mcp.md"));
        string table = contract[contract.IndexOf("## 15.", StringComparison.Ordinal)..contract.IndexOf("## 16.", StringComparison.Ordinal)];
        Assert.Equal(Rows, table.Split('\n').Count(line => RowStart().IsMatch(line)));
    }

    private static bool IsTest(string name)
    {
        int dot = name.LastIndexOf('.');
        MethodInfo? method = typeof(RequirementTests).Assembly.GetType($"MistralServe.Tests.{name[..dot]}")?.GetMethod(name[(dot + 1)..]);
        return method?.GetCustomAttribute<FactAttribute>() is { Skip: null };
    }

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex RowStart();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
