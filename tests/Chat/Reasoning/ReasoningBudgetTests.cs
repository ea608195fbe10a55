using System.Text;
using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Sampling;
using MistralServe.Tests.Chat.ToolFormats;
using MistralServe.Tests.Constraints;

namespace MistralServe.Tests.Chat.Reasoning;

/// <summary>Limits of blocks of reasoning, over a vocabulary of bytes: a token is a byte.</summary>
public sealed class ReasoningBudgetTests
{
    private const string Forced = "\n</think>\n\n";

    private static readonly MarkerVocabulary Vocabulary = new([]);

    [Fact]
    public void The_block_is_closed_when_its_tokens_are_spent_and_the_answer_is_free()
    {
        ITokenConstraint constraint = Create(5, isOpen: true);
        Accept(constraint, "Hmm, ");
        Assert.False(constraint.IsFree);
        AssertForced(constraint, Forced);
        Assert.True(constraint.IsFree);
        Accept(constraint, "The answer is much longer than that, and may say <think>.");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void Tokens_before_the_opening_mark_do_not_count()
    {
        ITokenConstraint constraint = Create(3, isOpen: false);
        Accept(constraint, "\n<think>abc");
        AssertForced(constraint, Forced);
    }

    [Fact]
    public void An_answer_without_the_block_is_free()
    {
        ITokenConstraint constraint = Create(3, isOpen: false);
        Accept(constraint, "Hello, this is not a <think> block at its start.");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void A_block_that_ends_by_itself_is_left_alone()
    {
        ITokenConstraint constraint = Create(20, isOpen: true);
        Accept(constraint, "Hmm.</think>And much more text than twenty tokens.");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void A_budget_of_nothing_closes_an_open_block_at_once()
    {
        AssertForced(Create(0, isOpen: true), Forced);
        ITokenConstraint constraint = Create(0, isOpen: false);
        Accept(constraint, "<think>");
        AssertForced(constraint, Forced);
    }

    [Fact]
    public void A_character_is_finished_first()
    {
        ITokenConstraint constraint = Create(2, isOpen: true);
        Accept(constraint, "a");
        Accept(constraint, Encoding.UTF8.GetBytes("日")[..1]);
        Assert.True(constraint.IsFree);
        Accept(constraint, Encoding.UTF8.GetBytes("日")[1..]);
        AssertForced(constraint, Forced);
    }

    [Fact]
    public void A_closing_mark_that_has_begun_may_be_finished()
    {
        ITokenConstraint constraint = Create(4, isOpen: true);
        Accept(constraint, "ab</");
        Assert.True(constraint.IsFree);
        Accept(constraint, "think>");
        Assert.True(constraint.IsFree);
        Accept(constraint, "More text.");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void Bytes_that_never_become_a_character_do_not_put_the_end_off()
    {
        ITokenConstraint constraint = Create(1, isOpen: true);
        for (int i = 0; i < 1 + ReasoningBudgetConstraint.Grace; i++)
        {
            Assert.True(constraint.IsFree);
            Accept(constraint, [0xF0]);
        }

        AssertForced(constraint, Forced);
    }

    [Fact]
    public void Tokens_that_are_taken_back_were_never_there()
    {
        ITokenConstraint constraint = Create(5, isOpen: true);
        Accept(constraint, "Hmm, ");
        Accept(constraint, Forced);
        Assert.True(constraint.IsFree);
        constraint.RollBack(Forced.Length);
        AssertForced(constraint, Forced, isLast: false);
        constraint.RollBack(3);
        Assert.False(constraint.IsFree);
        Accept(constraint, Forced[^3..]);
        constraint.RollBack(Forced.Length + 2);
        Assert.True(constraint.IsFree);
        Accept(constraint, "</think>Enough.");
        Assert.True(constraint.IsFree);
    }

    [Fact]
    public void Only_the_closing_text_is_in_the_mask()
    {
        ITokenConstraint constraint = Create(1, isOpen: true);
        Accept(constraint, "a");
        ulong[] mask = new ulong[TokenMask.WordCount(Vocabulary.Count)];
        constraint.FillMask(mask);
        Assert.Equal([(int)'\n'], Enumerable.Range(0, Vocabulary.Count).Where(token => TokenMask.IsAllowed(mask, token)));
        Assert.False(constraint.Allows('a'));
        Assert.False(constraint.Accept('a'));
        Assert.True(constraint.Allows('\n'));
    }

    [Fact]
    public void Another_constraint_goes_on_behind_the_block()
    {
        GrammarNode root = GrammarNode.Free(new FreeText([new Trigger("</think>", null, GrammarNode.Literals(["\n\nyes", "\n\nno"]))], MayEnd: false));
        ITokenConstraint constraint = Create(3, isOpen: true, ConstraintAssert.Compile(root, new(Vocabulary)));
        Accept(constraint, "abc");
        Accept(constraint, Forced);
        Assert.False(constraint.IsFree);
        Assert.False(constraint.Allows('a'));
        Accept(constraint, "no");
        Assert.True(constraint.Allows(Vocabulary.End));
    }

    [Fact]
    public void Text_that_the_other_constraint_forbids_is_not_forced()
    {
        ITokenConstraint constraint = Create(2, isOpen: true, ConstraintAssert.Compile(GrammarNode.Literal("abcdef"), new(Vocabulary)));
        Accept(constraint, "abcdef");
        Assert.True(constraint.Allows(Vocabulary.End));
    }

    private static ITokenConstraint Create(int budget, bool isOpen, ITokenConstraintFactory? inner = null) =>
        new ReasoningBudgetFactory(Vocabulary, ReasoningFormat.Think, MarkerTokens.None, budget, isOpen, inner).Create();

    private static void Accept(ITokenConstraint constraint, string text) => Accept(constraint, Encoding.UTF8.GetBytes(text));

    private static void Accept(ITokenConstraint constraint, byte[] bytes) => Assert.All(bytes, value => Assert.True(constraint.Accept(value)));

    private static void AssertForced(ITokenConstraint constraint, string text, bool isLast = true)
    {
        int[] tokens = new int[64];
        int count = constraint.GetForcedTokens(tokens);
        Assert.Equal(text, Encoding.UTF8.GetString([.. tokens.Take(count).Select(token => (byte)token)]));
        Assert.All(tokens.Take(count), token => Assert.True(constraint.Accept(token)));
        Assert.Equal(0, isLast ? constraint.GetForcedTokens(tokens) : 0);
    }
}
