using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;
using MistralServe.Tests.Native;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// Schemas as people wrote them (<c>maskbench.json</c>), with instances: how many compile and how fast, and that no verdict is wrong.
/// </summary>
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

    internal static double At(List<double> values, double part) => values.Order().ElementAt((int)(part * (values.Count - 1)));

    private static void Write(FormattableString line) => Write(line.ToString(CultureInfo.InvariantCulture));

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
