using System.Text;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Constraints;

/// <summary>Checks that hold for every constraint, and walks through languages.</summary>
internal static class ConstraintAssert
{
    /// <summary>Tokens that look like those of real vocabularies: words, punctuation in runs, parts of characters.</summary>
    public static TestVocabulary Vocabulary { get; } = new(
    [
        "ab", "abc", "abcd", "bc", "cd", "the", " the", "in", "ing", "\"", "\",", "\":", "\": ", "\": \"", "\", \"", "{\"", "\"}", "\"}}", "[", "[[", "]]", "],", "}, {\"",
        "  ", "   ", "    ", "        ", "\n", "\n\n", "\n  ", "00", "123", "10", "-1", "1.5", ".5", "true", "false", "null", "name", "age", "a\"", "é", "日本", "日", "\\u", "\\n", "\\\"",
        "xx", "xxx", "xxxx", "aa", "aaa", "aaaa", "aaaaaaaa", "()", "((", "))", "(a", "a)", "+", "*", "1+", "+1", "<tool", "<tool_call>", "tool_call>", "</", ">{", "<t", "call>{\"",
    ]);

    public static ConstraintVocabulary Shared { get; } = new(Vocabulary);

    /// <summary>Compiles what must compile.</summary>
    public static CompiledGrammar Compile(GrammarNode root, ConstraintVocabulary? vocabulary = null)
    {
        GrammarCompileResult result = GrammarCompiler.Compile(root, vocabulary ?? Shared, new ConstraintLimits());
        Assert.Null(result.Problem);
        return Assert.IsType<CompiledGrammar>(result.Factory);
    }

    /// <summary>Whether a text, token by token as the vocabulary splits it and byte by byte, is complete.</summary>
    public static bool Accepts(CompiledGrammar grammar, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bool byBytes = Ends(grammar, [.. bytes.Select(value => (int)value)]);
        bool byTokens = Ends(grammar, Vocabulary.Tokenize(bytes, false, false));
        Assert.Equal(byBytes, byTokens);
        return byBytes;
    }

    /// <summary>
    /// Walks at random through the masks, and after some tokens by the allowed token nearest to an end. At each step the mask is held
    /// against each token tried alone, and cached against fresh.
    /// </summary>
    /// <returns>The text.</returns>
    public static byte[] Walk(CompiledGrammar grammar, int seed, int freeTokens = 24, int maxTokens = 400)
    {
        var random = new Random(seed);
        ITokenConstraint constraint = grammar.Create();
        ConstraintVocabulary vocabulary = grammar.Machine.Vocabulary;
        ulong[] mask = new ulong[vocabulary.MaskWords];
        var text = new List<byte>();
        for (int step = 0; step < maxTokens; step++)
        {
            constraint.FillMask(mask);
            List<int> allowed = [.. Enumerable.Range(0, vocabulary.Source.Count).Where(token => TokenMask.IsAllowed(mask, token))];
            Assert.True(allowed.Count > 0, $"empty mask behind '{Encoding.UTF8.GetString([.. text])}'");
            if (step < 40)
            {
                AssertMask(grammar, ((GrammarConstraint)constraint).State, mask);
            }

            int token = allowed[random.Next(allowed.Count)];
            if (allowed.Contains(Vocabulary.End) && (step >= freeTokens || random.Next(4) == 0))
            {
                return [.. text];
            }

            if (step >= freeTokens)
            {
                token = Nearest(grammar, constraint, allowed, random);
            }
            else if (token == Vocabulary.End)
            {
                return [.. text];
            }

            Assert.True(constraint.Accept(token), $"token {token} was allowed by the mask");
            text.AddRange(vocabulary.Source.GetBytes(token));
        }

        Assert.Fail($"no end within {maxTokens} tokens: '{Encoding.UTF8.GetString([.. text])}'");
        return [];
    }

    /// <summary>Compares a mask with each token tried alone.</summary>
    public static void AssertMask(CompiledGrammar grammar, MachineState state, ReadOnlySpan<ulong> mask)
    {
        for (int token = 0; token < grammar.Machine.Vocabulary.Source.Count; token++)
        {
            bool expected = grammar.Machine.Allows(state, token);
            if (expected != TokenMask.IsAllowed(mask, token))
            {
                Assert.Fail($"token {token} '{Encoding.UTF8.GetString(grammar.Machine.Vocabulary.Source.GetBytes(token))}': mask says {!expected}, alone {expected}");
            }
        }
    }

    private static int Nearest(CompiledGrammar grammar, ITokenConstraint constraint, List<int> allowed, Random random)
    {
        int best = -1;
        long least = long.MaxValue;
        for (int i = 0; i < Math.Min(allowed.Count, 400); i++)
        {
            int token = allowed.Count <= 400 ? allowed[i] : allowed[random.Next(allowed.Count)];
            Assert.True(constraint.Accept(token));
            long cost = ShortestEnd.Bytes(((GrammarConstraint)constraint).State);
            constraint.RollBack(1);
            if (cost < least)
            {
                (best, least) = (token, cost);
            }
        }

        return best;
    }

    private static bool Ends(CompiledGrammar grammar, int[] tokens)
    {
        ITokenConstraint constraint = grammar.Create();
        return Array.TrueForAll(tokens, constraint.Accept) && constraint.Allows(Vocabulary.End);
    }
}
