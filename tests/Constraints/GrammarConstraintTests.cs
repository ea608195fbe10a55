using System.Text;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;
using static MistralServe.Inference.Constraints.Grammar.GrammarNode;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>The contract of a constraint: taking back, forced tokens, no allocation, masks that were thrown away.</summary>
public sealed class GrammarConstraintTests
{
    [Fact]
    public void Tokens_taken_back_never_were()
    {
        CompiledGrammar grammar = Compile(GrammarTests.Json());
        var random = new Random(1);
        var constraint = (GrammarConstraint)grammar.Create();
        var states = new List<MachineState> { constraint.State };
        ulong[] mask = new ulong[Shared.MaskWords];
        for (int step = 0; step < 3_000; step++)
        {
            constraint.FillMask(mask);
            int[] allowed = [.. Enumerable.Range(0, Vocabulary.Count).Where(token => token != Vocabulary.End && (mask[token / 64] >> token & 1) != 0)];
            if (allowed.Length == 0 || random.Next(5) == 0)
            {
                int count = random.Next(Math.Min(states.Count, constraint.MaxRollback + 1));
                constraint.RollBack(count);
                states.RemoveRange(states.Count - count, count);
            }
            else
            {
                Assert.True(constraint.Accept(allowed[random.Next(allowed.Length)]));
                states.Add(constraint.State);
            }

            Assert.Same(states[^1], constraint.State);
        }
    }

    [Fact]
    public void A_refused_token_changes_nothing()
    {
        var constraint = (GrammarConstraint)Compile(Literal("ab")).Create();
        MachineState before = constraint.State;
        Assert.False(constraint.Accept('b'));
        Assert.False(constraint.Accept(Vocabulary.Id("abc")));
        Assert.False(constraint.Accept(Vocabulary.End));
        Assert.False(constraint.Accept(Vocabulary.FirstControl));
        Assert.Same(before, constraint.State);
        Assert.True(constraint.Accept('a'));
        constraint.RollBack(1);
        Assert.Same(before, constraint.State);
        Assert.Throws<ArgumentOutOfRangeException>(() => constraint.RollBack(1));
    }

    [Fact]
    public void The_end_is_allowed_exactly_where_the_text_is_complete()
    {
        var constraint = (GrammarConstraint)Compile(Text(Pattern.Repeat(Pattern.Literal("ab"), 1, 2))).Create();
        Assert.False(constraint.Allows(Vocabulary.End));
        Assert.True(constraint.Accept('a'));
        Assert.False(constraint.Allows(Vocabulary.End));
        Assert.True(constraint.Accept('b'));
        Assert.True(constraint.Allows(Vocabulary.End));
        Assert.True(constraint.Accept(Vocabulary.Id("ab")));
        ulong[] mask = new ulong[Shared.MaskWords];
        constraint.FillMask(mask);
        Assert.Equal(1, mask.Sum(word => System.Numerics.BitOperations.PopCount(word)));
        Assert.True(constraint.Accept(Vocabulary.End));
        constraint.RollBack(1);
        Assert.True(constraint.Allows(Vocabulary.End));
    }

    [Fact]
    public void Text_with_one_way_on_is_forced_as_the_tokenizer_splits_it()
    {
        var constraint = Compile(Sequence(Literal("{\"name\": \""), Text(Pattern.Repeat(Pattern.AnyChar, 1, null)))).Create();
        int[] tokens = new int[16];
        int count = constraint.GetForcedTokens(tokens);
        Assert.Equal("{\"|name|\": \"", Join(tokens[..count]));
    }

    [Fact]
    public void The_last_forced_token_is_left_to_the_model_when_a_longer_one_begins_with_it()
    {
        // '":' could become '": ' or '": "' here, and 'a' can become nothing longer.
        var constraint = Compile(Sequence(Literal("{\"name\":"), AnyOf(Literal(" \"x"), Literal("1")))).Create();
        int[] tokens = new int[16];
        int count = constraint.GetForcedTokens(tokens);
        Assert.Equal("{\"|name", Join(tokens[..count]));
        Assert.Equal(1, constraint.GetForcedTokens(tokens.AsSpan(0, 1)));
        foreach (int token in tokens[..count])
        {
            Assert.True(constraint.Accept(token));
        }

        Assert.True(constraint.Allows(Vocabulary.Id("\": \"")));
        Assert.Equal(0, constraint.GetForcedTokens(tokens));
        Assert.True(constraint.Accept(Vocabulary.Id("\":")));
        Assert.Equal(0, constraint.GetForcedTokens(tokens));
    }

    [Fact]
    public void Nothing_is_forced_where_the_text_may_end()
    {
        var constraint = Compile(Sequence(Literal("a"), Optional(Literal("b")))).Create();
        int[] tokens = new int[4];
        Assert.Equal(0, constraint.GetForcedTokens(tokens));
        Assert.True(constraint.Accept('a'));
        Assert.Equal(0, constraint.GetForcedTokens(tokens));
        Assert.True(constraint.Accept('b'));
        Assert.Equal(0, constraint.GetForcedTokens(tokens));
    }

    [Fact]
    public void Forced_tokens_are_allowed_one_after_the_other()
    {
        CompiledGrammar grammar = Compile(GrammarTests.Json());
        for (int seed = 0; seed < 40; seed++)
        {
            var constraint = (GrammarConstraint)grammar.Create();
            byte[] text = Walk(grammar, seed);
            foreach (byte value in text)
            {
                int[] tokens = new int[8];
                int count = constraint.GetForcedTokens(tokens);
                for (int i = 0; i < count; i++)
                {
                    Assert.True(constraint.Accept(tokens[i]));
                }

                constraint.RollBack(count);
                Assert.True(constraint.Accept(value));
            }
        }
    }

    [Fact]
    public void Nothing_allocates_once_a_state_is_known()
    {
        CompiledGrammar grammar = Compile(Sequence(Literal("["), GrammarTests.Json(), Literal("]")));
        int[] tokens = Vocabulary.Tokenize("[{\"name\": [true, \"abcd\", {\"a\": -1.5}], \"b\": {}}]"u8, false, false);
        ITokenConstraint constraint = grammar.Create();
        ulong[] mask = new ulong[Shared.MaskWords];
        int[] forced = new int[8];
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (int token in tokens)
            {
                constraint.FillMask(mask);
                constraint.GetForcedTokens(forced);
                if (constraint.IsFree || !constraint.Allows(token) || !constraint.Accept(token))
                {
                    throw new InvalidOperationException("not accepted");
                }
            }

            constraint.RollBack(tokens.Length);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Masks_that_were_thrown_away_are_computed_again()
    {
        var small = new ConstraintVocabulary(Vocabulary, maskBytes: 2_000);
        CompiledGrammar bounded = Compile(GrammarTests.Json(), small);
        CompiledGrammar unbounded = Compile(GrammarTests.Json());
        int[] tokens = Vocabulary.Tokenize("{\"name\": [true, \"ab cd\", {\"a\": [[-1.5]]}], \"b\": {\"x\": [{}, {}, null]}}"u8, false, false);
        ulong[] left = new ulong[Shared.MaskWords];
        ulong[] right = new ulong[Shared.MaskWords];
        for (int round = 0; round < 3; round++)
        {
            ITokenConstraint first = bounded.Create();
            ITokenConstraint second = unbounded.Create();
            foreach (int token in tokens)
            {
                first.FillMask(left);
                second.FillMask(right);
                Assert.Equal(right, left);
                Assert.True(first.Accept(token) && second.Accept(token));
                Assert.InRange(small.Masks.Bytes, 0, 2_000);
            }
        }
    }

    [Fact]
    public void Bytes_without_a_token_are_never_needed()
    {
        // No token for the byte 0xC3: texts with é can't be written, so they are not allowed to begin either.
        var vocabulary = new ConstraintVocabulary(new WithoutByte(Vocabulary, 0xC3));
        CompiledGrammar grammar = Compile(AnyOf(Literals(["aé", "ab"]), Text(Pattern.Sequence(Pattern.Literal("b"), Pattern.Chars(CodePointSet.Of("éà日"))))), vocabulary);
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.Contains(Encoding.UTF8.GetString(Walk(grammar, seed)), new[] { "ab", "b日" });
        }
    }

    private static string Join(int[] tokens) => string.Join('|', tokens.Select(token => Encoding.UTF8.GetString(Vocabulary.GetBytes(token))));

    /// <summary>A vocabulary without the token of one byte.</summary>
    private sealed class WithoutByte(TestVocabulary inner, byte missing) : MistralServe.Inference.Engine.IVocabulary
    {
        public int Count => inner.Count;

        public int LongestTokenBytes => inner.LongestTokenBytes;

        public ReadOnlySpan<int> EndOfGenerationTokens => inner.EndOfGenerationTokens;

        public bool IsEndOfGeneration(int token) => inner.IsEndOfGeneration(token);

        public ReadOnlySpan<byte> GetBytes(int token) => token == missing ? [] : inner.GetBytes(token);

        public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial) => inner.Tokenize(text, addSpecial, parseSpecial);
    }
}
