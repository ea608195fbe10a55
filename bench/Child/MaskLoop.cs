using System.Diagnostics;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Native;
using MistralServe.Inference.Sampling;

namespace MistralServe.Bench.Child;

/// <summary>
/// Times the masks of random walks through a record with strings, numbers, a choice and a list: each token is drawn among those
/// allowed, half of them among the printable ones of a text. Masks that are computed for the first time count like the others.
/// </summary>
internal static class MaskLoop
{
    private const int Tokens = 4_000;
    private const int ContextLength = 4_096;

    // A walk that stays in a string is taken up again from the start.
    private const int LongestWalk = 200;

    private const string Schema = """
        {"type":"object","required":["name","age","role","tags","notes"],"additionalProperties":false,"properties":{
          "name":{"type":"string","maxLength":40},"age":{"type":"integer","minimum":0,"maximum":150},"role":{"enum":["admin","editor","viewer"]},
          "score":{"type":"number"},"email":{"type":"string","format":"email"},
          "tags":{"type":"array","items":{"type":"string","pattern":"^[a-z]{1,12}$"},"maxItems":5},"notes":{"type":"string"}}}
        """;

    /// <summary>Compiles the schema and walks.</summary>
    public static MaskResult Run(MaskSettings settings)
    {
        using LlamaModelHandle model = BareContext.LoadModel(settings.Model, vocabularyOnly: true);
        var vocabulary = new LlamaVocabulary(model);
        using JsonDocument schema = JsonDocument.Parse(Schema);
        var compiler = new ConstraintCompiler(vocabulary, new JsonGrammarBuilder(), ContextLength);
        ConstraintResult compiled = compiler.CompileAsync(
            new OutputFormat(OutputFormatKind.JsonSchema, "schema") { Schema = schema.RootElement }, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (compiled.Factory is not { } factory)
        {
            throw new BenchFailureException(compiled.Failure!.Message);
        }

        List<double> times = Walk(factory, vocabulary, new Random(settings.Seed));
        return new MaskResult { MedianMilliseconds = Report.Statistics.Median(times), WorstMilliseconds = Report.Statistics.Percentile(times, 0.99) };
    }

    private static List<double> Walk(ITokenConstraintFactory factory, LlamaVocabulary vocabulary, Random random)
    {
        var times = new List<double>(Tokens);
        ulong[] mask = new ulong[TokenMask.WordCount(vocabulary.Count)];
        ITokenConstraint constraint = factory.Create();
        for (int length = 0; times.Count < Tokens; length++)
        {
            long start = Stopwatch.GetTimestamp();
            constraint.FillMask(mask);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            int token = Draw(mask, vocabulary, random);
            if (token < 0 || !constraint.Accept(token))
            {
                throw new BenchFailureException("a mask allows nothing, or what the constraint refuses");
            }

            if (vocabulary.IsEndOfGeneration(token) || length == LongestWalk)
            {
                constraint = factory.Create();
                length = 0;
            }
        }

        return times;
    }

    private static int Draw(ulong[] mask, LlamaVocabulary vocabulary, Random random)
    {
        int[] allowed = [.. Enumerable.Range(0, vocabulary.Count).Where(token => TokenMask.IsAllowed(mask, token))];
        if (allowed.Length == 0)
        {
            return -1;
        }

        int drawn = allowed[random.Next(allowed.Length)];
        for (int attempt = 0; attempt < 20 && random.Next(2) == 0 && !IsPlain(vocabulary.GetBytes(drawn)); attempt++)
        {
            drawn = allowed[random.Next(allowed.Length)];
        }

        return drawn;
    }

    private static bool IsPlain(ReadOnlySpan<byte> bytes) => bytes.Length is > 0 and < 12 && !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');
}
