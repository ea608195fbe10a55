using MistralServe.Inference;
using MistralServe.OpenAi;

namespace MistralServe.Tests.OpenAi;

public sealed class EngineErrorsTests
{
    [Theory]
    [InlineData(nameof(EngineFailureCode.InvalidRequest), 400, "invalid_request_error", "invalid_value")]
    [InlineData(nameof(EngineFailureCode.ContextLengthExceeded), 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData(nameof(EngineFailureCode.InvalidSchema), 400, "invalid_request_error", "invalid_json_schema")]
    [InlineData(nameof(EngineFailureCode.InvalidGrammar), 400, "invalid_request_error", "invalid_grammar")]
    [InlineData(nameof(EngineFailureCode.NoChatTemplate), 400, "invalid_request_error", "unsupported_value")]
    [InlineData(nameof(EngineFailureCode.NotSupported), 400, "invalid_request_error", "unsupported_value")]
    [InlineData(nameof(EngineFailureCode.ShareUsed), 429, "rate_limit_error", "rate_limit_exceeded")]
    [InlineData(nameof(EngineFailureCode.QueueFull), 503, "server_error", "server_overloaded")]
    [InlineData(nameof(EngineFailureCode.QueueTimeout), 503, "server_error", "queue_timeout")]
    [InlineData(nameof(EngineFailureCode.ShuttingDown), 503, "server_error", "shutting_down")]
    [InlineData(nameof(EngineFailureCode.DeadlineExceeded), 408, "timeout_error", "request_timeout")]
    [InlineData(nameof(EngineFailureCode.EngineFault), 500, "server_error", "internal_error")]
    public void A_failure_has_its_status_and_words(string failure, int status, string type, string code)
    {
        ApiError error = EngineErrors.ToApiError(new EngineFailure(Enum.Parse<EngineFailureCode>(failure), "A sentence."));
        Assert.Equal((status, type, code), (error.Status, error.Type, error.Code));
        Assert.StartsWith("A sentence.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_failure_is_mapped_and_every_429_and_503_says_when_to_try_again()
    {
        foreach (EngineFailureCode code in Enum.GetValues<EngineFailureCode>())
        {
            ApiError error = EngineErrors.ToApiError(new EngineFailure(code, "A sentence."));
            Assert.InRange(error.Status, 400, 599);
            Assert.Equal(error.Status is 429 or 503, error.RetryAfter is not null);
        }
    }

    [Fact]
    public void A_prompt_that_is_too_long_blames_the_messages() =>
        Assert.Equal("messages", EngineErrors.ToApiError(new EngineFailure(EngineFailureCode.ContextLengthExceeded, "x")).Param);

    [Fact]
    public void A_missing_template_names_the_option() => Assert.Contains(
        "--chat-template", EngineErrors.ToApiError(new EngineFailure(EngineFailureCode.NoChatTemplate, "x")).Message, StringComparison.Ordinal);
}
