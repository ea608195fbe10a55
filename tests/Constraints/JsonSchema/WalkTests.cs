using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// Random walks through the masks of all schemas of the official suite, of the real ones and of the table: an independent
/// validator (ajv) accepts what they write. How many walks a schema gets is set by SCHEMA_WALKS; the full tier is 200.
/// </summary>
public sealed class WalkTests
{
    /// <summary>Schemas of the suite on which ajv's verdicts are not those of the suite: dynamic references, and what is evaluated by <c>if</c> alone or one of several options.</summary>
    private static readonly string[] Deviations =
    [
        "dynamicRef.json",
        "unevaluatedItems.json unevaluatedItems with nested items",
        "unevaluatedItems.json unevaluatedItems can see annotations from if without then and else",
        "unevaluatedProperties.json unevaluatedProperties with if/then/else, then not defined",
    ];

    private static int Walks => int.TryParse(Environment.GetEnvironmentVariable("SCHEMA_WALKS"), CultureInfo.InvariantCulture, out int walks) ? walks : 8;

    [Fact]
    public Task What_walks_write_is_valid_for_ajv() => CheckAsync([.. Official(), .. RealWorld(), .. Table()], ConstraintAssert.Shared, Walks);

    private static List<(string Name, JsonElement Schema)> Table() =>
        [.. SchemaTableTests.Rows.Select(row => (row.Data.Item1, JsonDocument.Parse(row.Data.Item1).RootElement))];

    private static async Task CheckAsync(List<(string Name, JsonElement Schema)> schemas, ConstraintVocabulary vocabulary, int walks)
    {
        string file = Path.GetTempFileName();
        try
        {
            List<string> names = [];
            int endless = 0;
            int texts = 0;
            using (StreamWriter writer = new(file))
            {
                foreach ((string name, JsonElement schema) in schemas)
                {
                    SchemaHarness harness = SchemaHarness.Compile(schema, vocabulary);
                    if (harness.Problem is not null)
                    {
                        continue;
                    }

                    JsonArray written = [];
                    for (int walk = 0; walk < walks; walk++)
                    {
                        string? text = harness.Walk(new Random(walk), vocabulary);
                        endless += text is null ? 1 : 0;
                        if (text is null)
                        {
                            TestContext.Current.TestOutputHelper?.WriteLine($"no end: {name}, walk {walk}");
                        }

                        written.Add((JsonNode?)text);
                    }

                    JsonNode[] complete = [.. written.Where(text => text is not null).Select(text => text!.DeepClone())];
                    texts += complete.Length;
                    names.Add(name);
                    JsonObject line = new() { ["schema"] = JsonNode.Parse(schema.GetRawText()), ["texts"] = new JsonArray(complete) };
                    writer.WriteLine(line.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
                }
            }

            string[] verdicts = (await NodeEnvironment.RunAsync("validate-schemas.mjs", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(names.Count, verdicts.Length);
            List<string> refused = [];
            int unknown = 0;
            for (int i = 0; i < verdicts.Length; i++)
            {
                JsonElement verdict = JsonDocument.Parse(verdicts[i]).RootElement;
                if (verdict.TryGetProperty("error", out JsonElement error))
                {
                    unknown++;
                    TestContext.Current.TestOutputHelper?.WriteLine($"ajv cannot compile {names[i]}: {error.GetString()}");
                    continue;
                }

                refused.AddRange(verdict.GetProperty("refused").EnumerateArray().Select(text => $"{names[i]}: {text.GetString()}"));
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{texts} texts of {names.Count} schemas, {unknown} of which ajv cannot compile; {endless} walks without end");
            Assert.True(refused.Count == 0, $"ajv refuses {refused.Count}:\n{string.Join('\n', refused.Take(60))}");
            Assert.Equal(0, endless);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static List<(string Name, JsonElement Schema)> Official()
    {
        string root = RepositoryFiles.Shared("data/json-schema-2020-12");
        return [.. Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(file => !OfficialSuiteTests.IsExcluded(root, file))
            .SelectMany(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement.EnumerateArray()
                .Select(group => ($"{Path.GetFileName(file)} {group.GetProperty("description").GetString()}", group.GetProperty("schema"))))
            .Where(entry => !Array.Exists(Deviations, entry.Item1.StartsWith))];
    }

    private static List<(string Name, JsonElement Schema)> RealWorld() =>
        [.. JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Shared("data/maskbench.json"))).RootElement.EnumerateArray()
            .Select(entry => (entry.GetProperty("name").GetString()!, entry.GetProperty("schema")))];
}
