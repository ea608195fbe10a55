using System.Text.Json;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// The official test suite of JSON Schema 2020-12, with <c>format</c> asserting. Each schema is enforced, or is in
/// <c>refused.txt</c>; each instance of an enforced schema gets the suite's verdict, or is in <c>forms.txt</c> with the reason.
/// </summary>
public sealed class OfficialSuiteTests
{
    /// <summary>Files whose subject is the meta-schema or that format is no assertion; both are otherwise here.</summary>
    private static readonly string[] Excluded = ["format.json", "vocabulary.json", "optional/format-assertion.json", "optional/cross-draft.json"];

    [Fact]
    public void Every_schema_is_enforced_or_listed_as_refused()
    {
        string root = RepositoryFiles.Shared("data/json-schema-2020-12");
        List<string> refused = [];
        List<string> mistakes = [];
        int schemas = 0;
        int instances = 0;
        foreach (string file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, file);
            if (IsExcluded(root, file))
            {
                continue;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (JsonElement group in document.RootElement.EnumerateArray())
            {
                schemas++;
                string title = $"{name} | {group.GetProperty("description").GetString()}";
                SchemaHarness schema = SchemaHarness.Compile(group.GetProperty("schema"));
                if (schema.Problem is not null)
                {
                    refused.Add($"{title} | {schema.Problem}");
                    continue;
                }

                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    instances++;
                    bool valid = test.GetProperty("valid").GetBoolean();
                    if (schema.Accepts(test.GetProperty("data")) != valid)
                    {
                        mistakes.Add($"{(valid ? "refused" : "ACCEPTED")} | {title} | {test.GetProperty("description").GetString()}");
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{schemas} schemas, {refused.Count} refused; {instances} instances of the others, {mistakes.Count} by the list of forms");
        AssertList("refused.txt", refused);
        Assert.DoesNotContain(mistakes, mistake => mistake.StartsWith("ACCEPTED", StringComparison.Ordinal));
        AssertList("forms.txt", mistakes);
    }


    /// <summary>Whether a file of the suite is left out.</summary>
    internal static bool IsExcluded(string root, string file) => Excluded.Contains(Path.GetRelativePath(root, file));

    /// <summary>Holds a list against the committed one; with UPDATE_LISTS=1 writes that, without its comments.</summary>
    private static void AssertList(string file, List<string> lines)
    {
        string path = RepositoryFiles.Path("tests/Constraints/JsonSchema/" + file);
        if (Environment.GetEnvironmentVariable("UPDATE_LISTS") == "1")
        {
            File.WriteAllLines(path, lines);
        }

        string[] expected = [.. File.ReadAllLines(path).Where(line => !line.StartsWith('#'))];
        Assert.Equal([], lines.Except(expected).Select(line => "new in " + file + ": " + line));
        Assert.Equal([], expected.Except(lines).Select(line => "gone from " + file + ": " + line));
    }
}
