using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// Schemas as people wrote them (<c>maskbench.json</c>), with instances: how many compile and how fast, and that no verdict is wrong.
/// </summary>
[Collection("native")]
public sealed class RealWorldTests
{
    private static string Shared => RepositoryFiles.Shared("data/maskbench.json");

    [Fact]
    public void Most_schemas_compile_and_no_instance_is_judged_wrongly()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Shared));
        List<string> refused = [];
        List<string> mistakes = [];
        List<double> times = [];
        int count = document.RootElement.GetArrayLength();
        int instances = 0;
        foreach (JsonElement entry in document.RootElement.EnumerateArray())
        {
            string name = entry.GetProperty("name").GetString()!;
            SchemaHarness.Compile(entry.GetProperty("schema"));
            long start = Stopwatch.GetTimestamp();
            SchemaHarness schema = SchemaHarness.Compile(entry.GetProperty("schema"));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (schema.Problem is not null)
            {
                refused.Add($"{name}: {schema.Problem}");
                continue;
            }

            foreach (JsonElement test in entry.GetProperty("tests").EnumerateArray())
            {
                instances++;
                bool valid = test.GetProperty("valid").GetBoolean();
                if (schema.Accepts(test.GetProperty("data")) != valid)
                {
                    mistakes.Add($"{(valid ? "refused" : "ACCEPTED")} {name}: {test.GetProperty("data").GetRawText()}");
                }
            }
        }

        Write($"{count - refused.Count} of {count} schemas compile ({100.0 * (count - refused.Count) / count:0.0} %), {instances} instances; compile p50 {At(times, 0.5):0.00} ms, p99 {At(times, 0.99):0.00} ms, most {times.Max():0.00} ms");
        refused.ForEach(Write);
        Assert.Equal([], mistakes);
        Assert.True(count - refused.Count >= 0.85 * count);
    }

    [Fact]
    public void Real_instances_pass_token_by_token_and_masks_are_fast()
    {
        ConstraintVocabulary vocabulary = RealVocabularies.Get(RealVocabularies.SmolLm);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Shared));
        List<double> maskTimes = [];
        List<double> compileTimes = [];
        List<string> mistakes = [];
        ulong[] mask = new ulong[vocabulary.MaskWords];
        foreach (JsonElement entry in document.RootElement.EnumerateArray())
        {
            long start = Stopwatch.GetTimestamp();
            SchemaHarness schema = SchemaHarness.Compile(entry.GetProperty("schema"), vocabulary);
            compileTimes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (schema.Problem is not null)
            {
                continue;
            }

            foreach (JsonElement test in entry.GetProperty("tests").EnumerateArray())
            {
                bool isValid = test.GetProperty("valid").GetBoolean();
                bool isAccepted = schema.Forms(test.GetProperty("data")).Any(text => Accepts(schema, vocabulary, text, mask, maskTimes));
                if (isAccepted != isValid)
                {
                    mistakes.Add($"{(isValid ? "refused" : "ACCEPTED")} {entry.GetProperty("name").GetString()}: {test.GetProperty("data").GetRawText()}");
                }
            }
        }

        Write($"{maskTimes.Count} masks of 49,152 tokens: p50 {1_000 * At(maskTimes, 0.5):0} us, p99 {1_000 * At(maskTimes, 0.99):0} us, most {maskTimes.Max():0.0} ms; compile p50 {At(compileTimes, 0.5):0.00} ms, p99 {At(compileTimes, 0.99):0.0} ms");
        Assert.Equal([], mistakes);
    }

    /// <summary>Whether a text is accepted as the vocabulary splits it; each mask on the way allows the token that comes.</summary>
    private static bool Accepts(SchemaHarness schema, ConstraintVocabulary vocabulary, string text, ulong[] mask, List<double> maskTimes)
    {
        ITokenConstraint constraint = schema.Factory.Create();
        foreach (int token in vocabulary.Source.Tokenize(Encoding.UTF8.GetBytes(text), false, false))
        {
            long start = Stopwatch.GetTimestamp();
            constraint.FillMask(mask);
            maskTimes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            bool isAllowed = TokenMask.IsAllowed(mask, token);
            Assert.Equal(isAllowed, constraint.Accept(token));
            if (!isAllowed)
            {
                return false;
            }
        }

        constraint.FillMask(mask);
        return vocabulary.Source.EndOfGenerationTokens.ToArray().Any(token => TokenMask.IsAllowed(mask, token));
    }

    internal static double At(List<double> values, double part) => values.Order().ElementAt((int)(part * (values.Count - 1)));

    private static void Write(FormattableString line) => Write(line.ToString(CultureInfo.InvariantCulture));

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
