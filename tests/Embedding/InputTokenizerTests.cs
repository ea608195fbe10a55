using MistralServe.Inference;
using MistralServe.Inference.Embedding;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Embedding;

public sealed class InputTokenizerTests
{
    private const int ContextLength = 64;

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, false)]
    [InlineData(1_000_000, false)]
    public void Text_fits_up_to_the_context_with_its_special_tokens(int letters, bool fits)
    {
        (int[]? tokens, EngineFailure? failure) = Tokenizer().Add(new EmbeddingInput(new string('a', letters), null), "input[3]");
        Assert.Equal(fits, tokens is not null);
        if (!fits)
        {
            Assert.Equal(EngineFailureCode.ContextLengthExceeded, failure!.Code);
            Assert.Equal("input[3]", failure.Param);
            Assert.StartsWith("input[3] has ", failure.Message, StringComparison.Ordinal);
            Assert.Contains("64 tokens", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void White_space_that_has_no_tokens_does_not_make_a_text_too_long()
    {
        (int[]? tokens, _) = Tokenizer().Add(new EmbeddingInput($"a{new string(' ', 1000)}b", null), "input");
        Assert.Equal(ScriptedEmbeddingRunner.TokensOf("ab"), tokens);
        (_, EngineFailure? failure) = Tokenizer().Add(new EmbeddingInput($"a{new string(' ', 1_000_000)}b", null), "input");
        Assert.Equal(EngineFailureCode.ContextLengthExceeded, failure!.Code);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(257, true)]
    [InlineData(258, false)]
    [InlineData(-1, false)]
    [InlineData(int.MaxValue, false)]
    public void Tokens_are_those_of_the_vocabulary_and_nothing_is_added(int token, bool exists)
    {
        (int[]? tokens, EngineFailure? failure) = Tokenizer().Add(new EmbeddingInput(null, [1, token]), "input");
        Assert.Equal(exists ? [1, token] : null, tokens);
        Assert.Equal(exists ? null : EngineFailureCode.InvalidRequest, failure?.Code);
    }

    [Fact]
    public void All_inputs_together_have_a_limit()
    {
        InputTokenizer tokenizer = Tokenizer();
        var full = new EmbeddingInput(null, new int[ContextLength]);
        for (int i = 0; i < InputTokenizer.MaxTotalTokens / ContextLength; i++)
        {
            Assert.Null(tokenizer.Add(full, "input").Failure);
        }

        EngineFailure failure = tokenizer.Add(full, "input[4687]").Failure!;
        Assert.Equal(EngineFailureCode.InvalidRequest, failure.Code);
        Assert.Contains("300,000", failure.Message, StringComparison.Ordinal);
    }

    private static InputTokenizer Tokenizer() => new(new ScriptedEmbeddingRunner(), ContextLength);
}
