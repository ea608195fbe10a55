using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MistralServe.Tests;

/// <summary>
/// A page with a table of requirements and the tests that assert them: every row is there, and every test and script that it names exists.
/// Columns: number, requirement, tests in back quotes (<c>Room.Class.Method</c>), scripts of clients in back quotes.
/// </summary>
internal static partial class RequirementTable
{
    /// <summary>Asserts it.</summary>
    /// <param name="page">Path of the page in the repository.</param>
    /// <param name="rows">How many rows there must be, numbered from 1.</param>
    /// <param name="nodeFolder">Folder of the scripts for Node, below <c>tests/clients</c>.</param>
    public static void Check(string page, int rows, string nodeFolder)
    {
        List<string[]> table = [.. File.ReadLines(RepositoryFiles.Path(page))
            .Where(IsRow)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        Assert.Equal(Enumerable.Range(1, rows), table.Select(row => int.Parse(row[0], CultureInfo.InvariantCulture)));
        foreach (string[] row in table)
        {
            string[] tests = [.. Quoted().Matches(row[2]).Select(match => match.Groups[1].Value)];
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.True(IsTest(test), $"row {row[0]}: there is no test {test}"));
            foreach (string script in Quoted().Matches(row[3]).Select(match => match.Groups[1].Value))
            {
                string folder = script.EndsWith(".py", StringComparison.Ordinal) ? "python" : nodeFolder;
                Assert.True(File.Exists(RepositoryFiles.Path($"tests/clients/{folder}/{script}")), $"row {row[0]}: there is no script {script}");
            }
        }
    }

    /// <summary>Whether a line of a page is a row with a number.</summary>
    public static bool IsRow(string line) => RowStart().IsMatch(line);

    private static bool IsTest(string name)
    {
        int dot = name.LastIndexOf('.');
        MethodInfo? method = typeof(RequirementTable).Assembly.GetType($"MistralServe.Tests.{name[..dot]}")?.GetMethod(name[(dot + 1)..]);
        return method?.GetCustomAttribute<FactAttribute>() is { Skip: null };
    }

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex RowStart();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
