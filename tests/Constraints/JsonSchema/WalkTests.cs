using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// Random walks through the masks of all schemas of the official suite, of the real ones and of the table: an independent
/// validator (ajv) accepts what they write.
/// </summary>
[Collection("native")]
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

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Walks of each schema: all together take 20 s on two processors.</summary>
    private const int Walks = 200;

    [Fact]
    public Task What_walks_write_is_valid_for_ajv() => CheckAsync([.. Official(), .. RealWorld(), .. Table()], ConstraintAssert.Shared, Walks);

    private static List<(string Name, JsonElement Schema)> Table() =>
        [.. SchemaTableTests.Rows.Select(row => (row.Data.Item1, JsonDocument.Parse(row.Data.Item1).RootElement))];

    private static async Task CheckAsync(List<(string Name, JsonElement Schema)> schemas, ConstraintVocabulary vocabulary, int walks)
    {
        string file = Path.GetTempFileName();
        try
        {
            var walked = new Walked?[schemas.Count];
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, schemas.Count, i => walked[i] = Walk(schemas[i].Name, schemas[i].Schema, vocabulary, walks));
            Walked[] done = [.. walked.OfType<Walked>()];
            Write($"{walks} walks of each of {done.Length} schemas in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
            await File.WriteAllLinesAsync(file, done.Select(walk => walk.Line));
            string[] names = [.. done.Select(walk => walk.Name)];
            string[] endless = [.. done.SelectMany(walk => walk.Endless)];
            int texts = done.Sum(walk => walk.Texts);
            string[] verdicts = (await NodeEnvironment.RunAsync("validate-schemas.mjs", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(names.Length, verdicts.Length);
            List<string> refused = [];
            int unknown = 0;
            for (int i = 0; i < verdicts.Length; i++)
            {
                JsonElement verdict = JsonDocument.Parse(verdicts[i]).RootElement;
                if (verdict.TryGetProperty("error", out JsonElement error))
                {
                    unknown++;
                    Write($"ajv cannot compile {names[i]}: {error.GetString()}");
                    continue;
                }

                refused.AddRange(verdict.GetProperty("refused").EnumerateArray().Select(text => $"{names[i]}: {text.GetString()}"));
            }

            Write($"{texts} texts of {names.Length} schemas, {unknown} of which ajv cannot compile");
            Assert.True(refused.Count == 0, $"ajv refuses {refused.Count}:\n{string.Join('\n', refused.Take(60))}");
            Assert.Equal([], endless);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Walked? Walk(string name, JsonElement schema, ConstraintVocabulary vocabulary, int walks)
    {
        SchemaHarness harness = SchemaHarness.Compile(schema, vocabulary);
        if (harness.Problem is not null)
        {
            return null;
        }

        List<string> endless = [];
        JsonArray texts = [];
        for (int walk = 0; walk < walks; walk++)
        {
            if (harness.Walk(new Random(walk), vocabulary) is { } text)
            {
                texts.Add((JsonNode?)text);
            }
            else
            {
                endless.Add($"{name}, walk {walk}");
            }
        }

        JsonObject line = new() { ["schema"] = JsonNode.Parse(schema.GetRawText()), ["texts"] = texts };
        return new Walked(name, line.ToJsonString(Relaxed), texts.Count, endless);
    }

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

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

    /// <summary>What the walks of one schema wrote, and which found no end.</summary>
    private sealed record Walked(string Name, string Line, int Texts, List<string> Endless);
}
