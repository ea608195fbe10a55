using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;
using MistralServe.Tests.Constraints.JsonSchema;

namespace MistralServe.Tests.Constraints;

/// <summary>Constraints on the vocabularies of real models: masks agree with tokens tried alone, and what they cost.</summary>
public sealed class RealVocabularyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(RealVocabularies.SmolLm)]
    [InlineData(RealVocabularies.SentencePiece)]
    [InlineData(RealVocabularies.Large)]
    public void Masks_agree_with_tokens_tried_alone(string model)
    {
        ConstraintVocabulary vocabulary = RealVocabularies.Get(model);
        CompiledGrammar grammar = ConstraintAssert.Compile(GrammarTests.Json(), vocabulary);
        var constraint = (GrammarConstraint)grammar.Create();
        ulong[] mask = new ulong[vocabulary.MaskWords];
        byte[] text = Encoding.UTF8.GetBytes("{\"größe\": [1.5, \"日本\\n\", {\"a\": null}], \"b\": \"x\"}");
        foreach (int token in Tokens(vocabulary, text))
        {
            constraint.FillMask(mask);
            ConstraintAssert.AssertMask(grammar, constraint.State, mask);
            Assert.True(constraint.Accept(token));
        }

        Assert.True(constraint.Allows(vocabulary.Source.EndOfGenerationTokens[0]));
    }

    // Masks that are taken over from other texts, or start from theirs: keys beside named ones, counted and plain patterns, formats.
    [Theory]
    [InlineData(RealVocabularies.SmolLm)]
    [InlineData(RealVocabularies.SentencePiece)]
    [InlineData(RealVocabularies.Large)]
    public void Masks_of_schemas_agree_with_tokens_tried_alone(string model)
    {
        const string Schema = """
            {"type":"object","required":["name","größe"],"properties":{
              "name":{"type":"string","maxLength":12},"größe":{"type":"string","minLength":9},"code":{"type":"string","pattern":"^x-.*$","maxLength":20},
              "tags":{"type":"array","items":{"type":"string","pattern":"^[a-z]{1,9}$"}},"mail":{"type":"string","format":"email"}}}
            """;
        ConstraintVocabulary vocabulary = RealVocabularies.Get(model);
        var schema = SchemaHarness.Compile(JsonDocument.Parse(Schema).RootElement, vocabulary);
        var grammar = Assert.IsType<CompiledGrammar>(schema.Factory);
        ulong[] mask = new ulong[vocabulary.MaskWords];
        foreach (string text in (string[])[
            "{\"name\": \"a\\n\\ud83d\\ude00 日本 x\", \"größe\": \"abc défghijk\", \"code\": \"x-yé \\\\\", \"tags\": [\"one\", \"two\"], \"mail\": \"a.b@c.de\"}",
            "{\"name\": \"\", \"größe\": \"123456789\", \"namer\": 1, \"cod\\u0065r\": {\"x\": \"y\"}, \"größ\": null}"])
        {
            var constraint = (GrammarConstraint)grammar.Create();
            foreach (int token in Tokens(vocabulary, Encoding.UTF8.GetBytes(text)))
            {
                constraint.FillMask(mask);
                ConstraintAssert.AssertMask(grammar, constraint.State, mask);
                Assert.True(constraint.Accept(token), $"'{Encoding.UTF8.GetString(vocabulary.Source.GetBytes(token))}' in {text}");
            }

            Assert.True(constraint.Allows(vocabulary.Source.EndOfGenerationTokens[0]));
        }
    }

    // States that treat all letters alike beside such that do not, plain and with lengths counted.
    [Theory]
    [InlineData(RealVocabularies.SmolLm)]
    [InlineData(RealVocabularies.SentencePiece)]
    [InlineData(RealVocabularies.Large)]
    public void Masks_of_patterns_agree_with_tokens_tried_alone(string model)
    {
        const string Schema = """
            {"type":"object","required":["a","b","c","d"],"additionalProperties":false,"properties":{
              "a":{"type":"string","pattern":"^[A-Za-z]+( (the|of)[a-m]*)+$"},"b":{"type":"string","pattern":"^\\w+ \\p{L}*$","maxLength":14},
              "c":{"type":"string","pattern":"^[^\\x20-~]+$"},"d":{"type":"string","pattern":"^[aeiou]?[^q]*$","minLength":3,"maxLength":9}}}
            """;
        ConstraintVocabulary vocabulary = RealVocabularies.Get(model);
        var grammar = Assert.IsType<CompiledGrammar>(SchemaHarness.Compile(JsonDocument.Parse(Schema).RootElement, vocabulary).Factory);
        var constraint = (GrammarConstraint)grammar.Create();
        ulong[] mask = new ulong[vocabulary.MaskWords];
        foreach (int token in Tokens(vocabulary, Encoding.UTF8.GetBytes("{\"a\": \"Some of the theabc ofmad\", \"b\": \"words größer\", \"c\": \"日本\\n语\", \"d\": \"under \\n é\"}")))
        {
            constraint.FillMask(mask);
            ConstraintAssert.AssertMask(grammar, constraint.State, mask);
            Assert.True(constraint.Accept(token), $"'{Encoding.UTF8.GetString(vocabulary.Source.GetBytes(token))}'");
        }

        Assert.True(constraint.Allows(vocabulary.Source.EndOfGenerationTokens[0]));
    }

    [Fact]
    public void Tables_of_counted_texts_are_in_the_budget_and_come_back_after_they_were_dropped()
    {
        var vocabulary = new ConstraintVocabulary(RealVocabularies.Get(RealVocabularies.SmolLm).Source);
        AnyText text = vocabulary.GetAnyText(TextEncoding.JsonString);
        long before = vocabulary.Masks.Bytes;
        CountedTokens counted = text.GetCounted(vocabulary);
        Assert.Equal(before + counted.Bytes, vocabulary.Masks.Bytes);
        Assert.InRange(counted.Bytes, vocabulary.Source.Count * 4L, long.MaxValue);
        Assert.Same(counted, text.GetCounted(vocabulary));

        counted.Drop();
        CountedTokens again = text.GetCounted(vocabulary);
        Assert.NotSame(counted, again);
        Assert.Equal(counted.Bytes, again.Bytes);
    }

    [Theory]
    [InlineData(RealVocabularies.SmolLm)]
    [InlineData(RealVocabularies.Large)]
    public void Mask_times_are_printed(string model)
    {
        ConstraintVocabulary vocabulary = RealVocabularies.Get(model);
        long start = Stopwatch.GetTimestamp();
        _ = vocabulary.Trie;
        output.WriteLine($"trie: {vocabulary.Trie.Count} nodes in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms, longest token {vocabulary.Trie.LongestToken}, alphabet {vocabulary.Alphabet.Count}");
        using var bench = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Shared("data/maskbench.json")));
        List<byte[]> texts = Instances(bench.RootElement);
        var fill = new List<double>();
        var accept = new List<double>();
        ulong[] mask = new ulong[vocabulary.MaskWords];
        start = Stopwatch.GetTimestamp();
        CompiledGrammar grammar = ConstraintAssert.Compile(GrammarTests.Json(), vocabulary);
        output.WriteLine($"compile: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms; {texts.Count} texts");
        foreach (byte[] text in texts)
        {
            ITokenConstraint constraint = grammar.Create();
            foreach (int token in Tokens(vocabulary, text))
            {
                long at = Stopwatch.GetTimestamp();
                constraint.FillMask(mask);
                fill.Add(Stopwatch.GetElapsedTime(at).TotalMicroseconds);
                at = Stopwatch.GetTimestamp();
                bool accepted = constraint.Accept(token);
                accept.Add(Stopwatch.GetElapsedTime(at).TotalMicroseconds);
                Assert.True(accepted, $"'{Encoding.UTF8.GetString(vocabulary.Source.GetBytes(token))}' in {Encoding.UTF8.GetString(text)}");
            }
        }

        Print("fill", fill);
        Print("accept", accept);
        output.WriteLine($"masks take {vocabulary.Masks.Bytes / 1024.0 / 1024.0:F1} MiB");
        Assert.InRange(vocabulary.Masks.Bytes, 0, 16 * 1024 * 1024);
    }

    private static List<byte[]> Instances(JsonElement bench)
    {
        var texts = new List<byte[]>();
        Collect(bench, texts);
        return texts;

        static void Collect(JsonElement element, List<byte[]> texts)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, texts);
                }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    if (member.Name is "data")
                    {
                        texts.Add(Encoding.UTF8.GetBytes(member.Value.GetRawText()));
                    }
                    else if (member.Name is not "schema")
                    {
                        Collect(member.Value, texts);
                    }
                }
            }
        }
    }

    private void Print(string what, List<double> times)
    {
        times.Sort();
        output.WriteLine($"{what}: {times.Count} tokens, p50 {times[times.Count / 2]:F2} µs, p99 {times[times.Count * 99 / 100]:F1} µs, p99.9 {times[times.Count * 999 / 1000]:F1} µs, max {times[^1]:F0} µs");
    }

    /// <summary>A text split by the tokenizer, or into the longest tokens where the tokenizer adds a space.</summary>
    private static List<int> Tokens(ConstraintVocabulary vocabulary, byte[] text)
    {
        int[] tokens = vocabulary.Source.Tokenize(text, addSpecial: false, parseSpecial: false);
        if (vocabulary.Source.GetBytes(tokens[0])[0] == text[0])
        {
            return [.. tokens];
        }

        var greedy = new List<int>();
        TokenTrie trie = vocabulary.Trie;
        for (int at = 0; at < text.Length; at += vocabulary.Source.GetBytes(greedy[^1]).Length)
        {
            int best = -1;
            int node = 0;
            for (int end = at; end < text.Length && (node = trie.Child(node, text[end])) >= 0; end++)
            {
                best = trie.TokenStart[node] < trie.TokenStart[node + 1] ? trie.Tokens[trie.TokenStart[node]] : best;
            }

            greedy.Add(best);
        }

        return greedy;
    }
}
