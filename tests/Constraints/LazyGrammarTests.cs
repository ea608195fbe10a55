using System.Text;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Sampling;
using static MistralServe.Inference.Constraints.Grammar.GrammarNode;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>Free text until a trigger, then constrained, then free again; triggers are made up.</summary>
public sealed class LazyGrammarTests
{
    private static readonly GrammarNode Call = Sequence(Literal("{\"a\":"), Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(('0', '9'))), 1, 3)), Literal("}</tool>"));

    private static readonly LazySpec Tools = new([new LazyPhase([new LazyTrigger("<tool_call>", null, Call, 0)], MayEnd: true)]);

    private static readonly LazySpec Reasoning = new(
    [
        new LazyPhase([new LazyTrigger("</think>", null, Empty, 1)], MayEnd: false),
        new LazyPhase([new LazyTrigger("<tool_call>", null, Call, 1), new LazyTrigger("", Vocabulary.FirstControl, Literal("ab"), LazySpec.End)], MayEnd: true),
    ]);

    private static GrammarConstraint Create(LazySpec spec) => (GrammarConstraint)Compile(LazyGrammar.Build(spec)).Create();

    private static void Accept(GrammarConstraint constraint, string text)
    {
        foreach (int token in Vocabulary.Tokenize(Encoding.UTF8.GetBytes(text), false, false))
        {
            Assert.True(constraint.Accept(token), $"'{Encoding.UTF8.GetString(Vocabulary.GetBytes(token))}' of '{text}'");
        }
    }

    [Fact]
    public void Text_is_free_until_a_trigger_and_after_what_it_begins()
    {
        GrammarConstraint constraint = Create(Tools);
        Assert.True(constraint.IsFree);
        Accept(constraint, "the 日本 <tool <t");
        Assert.True(constraint.Accept(Vocabulary.FirstControl));
        Assert.True(constraint.Allows(Vocabulary.End));
        Accept(constraint, " x<tool_call>");
        Assert.False(constraint.IsFree);
        Assert.False(constraint.Allows(Vocabulary.End));
        Assert.False(constraint.Allows(Vocabulary.FirstControl));
        Assert.False(constraint.Allows('x'));
        Accept(constraint, "{\"a\":12}</tool>");
        Assert.True(constraint.IsFree);
        Assert.True(constraint.Allows(Vocabulary.End));
        Accept(constraint, " in the <tool_call>{\"a\":1}</tool>ab");
        Assert.True(constraint.Accept(Vocabulary.End));
    }

    [Fact]
    public void A_token_across_the_trigger_must_fit_what_follows()
    {
        // 'call>{"' ends the trigger and goes on as the call must; '>{' of '}' doesn't.
        GrammarConstraint constraint = Create(Tools);
        Accept(constraint, "<tool_");
        Assert.True(constraint.Accept(Vocabulary.Id("call>{\"")));
        Assert.False(constraint.IsFree);
        Accept(constraint, "a\":1}</tool>");
        GrammarConstraint other = Create(new LazySpec([new LazyPhase([new LazyTrigger("<tool_call>", null, Literal("[1]"), 0)], MayEnd: true)]));
        Accept(other, "<tool_call");
        Assert.True(other.Allows('>'));
        Assert.False(other.Allows(Vocabulary.Id(">{")));
        Assert.False(other.IsFree);
        Accept(other, "x");
        Assert.True(other.IsFree);
    }

    [Fact]
    public void Masks_agree_with_tokens_tried_alone()
    {
        CompiledGrammar grammar = Compile(LazyGrammar.Build(Reasoning));
        ulong[] mask = new ulong[Shared.MaskWords];
        foreach (string text in (string[])["the </think> the <tool_call>{\"a\":12}</tool> x", "</thin</think><tool_call><tool", "<tool_call>the"])
        {
            var constraint = (GrammarConstraint)grammar.Create();
            foreach (byte value in Encoding.UTF8.GetBytes(text))
            {
                constraint.FillMask(mask);
                AssertMask(grammar, constraint.State, mask);
                Assert.Equal(mask.Sum(word => System.Numerics.BitOperations.PopCount(word)) == Vocabulary.Count, constraint.IsFree);
                if (!constraint.Accept(value))
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public void A_later_phase_watches_for_its_own_triggers_only()
    {
        GrammarConstraint constraint = Create(Reasoning);
        Assert.False(constraint.Allows(Vocabulary.End));
        Accept(constraint, "the <tool_call>the");
        Assert.True(constraint.Accept(Vocabulary.FirstControl));
        Assert.False(constraint.Allows(Vocabulary.End));
        Accept(constraint, "</think>");
        Assert.True(constraint.IsFree);
        Assert.True(constraint.Allows(Vocabulary.End));
        Accept(constraint, "the <tool_call>");
        Assert.False(constraint.Allows('x'));
    }

    [Fact]
    public void A_control_token_can_be_a_trigger()
    {
        GrammarConstraint constraint = Create(Reasoning);
        Accept(constraint, "</think>abc");
        Assert.True(constraint.Accept(Vocabulary.FirstControl + 1));
        Assert.True(constraint.IsFree);
        Assert.True(constraint.Accept(Vocabulary.FirstControl));
        Assert.False(constraint.IsFree);
        Assert.False(constraint.Allows('x'));
        Accept(constraint, "ab");
        ulong[] mask = new ulong[Shared.MaskWords];
        constraint.FillMask(mask);
        Assert.True(TokenMask.IsAllowed(mask, Vocabulary.End));
        Assert.Equal(1, mask.Sum(word => System.Numerics.BitOperations.PopCount(word)));
    }

    [Fact]
    public void A_call_can_be_demanded_at_once()
    {
        GrammarConstraint constraint = Create(Tools with { Opening = new LazyOpening(Sequence(Literal("<tool_call>"), Call), LazySpec.End) });
        int[] forced = new int[16];
        Assert.True(constraint.GetForcedTokens(forced) > 0);
        Accept(constraint, "<tool_call>{\"a\":1}</tool>");
        Assert.False(constraint.Allows('x'));
        Assert.True(constraint.Allows(Vocabulary.End));
    }

    [Fact]
    public void A_trigger_with_nothing_behind_it_is_none()
    {
        GrammarConstraint constraint = Create(new LazySpec([new LazyPhase([new LazyTrigger("<t", null, Never, 0)], MayEnd: true)]));
        Accept(constraint, "<tool_call>");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void Walks_always_end()
    {
        CompiledGrammar grammar = Compile(LazyGrammar.Build(Reasoning));
        for (int seed = 0; seed < 60; seed++)
        {
            Assert.Contains("</think>", Encoding.UTF8.GetString(Walk(grammar, seed)), StringComparison.Ordinal);
        }
    }
}
