using MistralServe.Inference;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

public sealed class ToolFailuresTests
{
    [Fact]
    public void Every_failure_of_the_engine_has_an_answer()
    {
        foreach (EngineFailureCode code in Enum.GetValues<EngineFailureCode>())
        {
            ToolOutcome outcome = ToolFailures.ToOutcome(new EngineFailure(code, "A sentence.", "messages", TimeSpan.FromSeconds(4.2)));
            switch (code)
            {
                case EngineFailureCode.ShuttingDown:
                    Assert.Null(outcome.Result);
                    Assert.Equal(McpErrorKind.ShuttingDown, outcome.Error!.Kind);
                    Assert.Equal(TimeSpan.FromSeconds(4.2), outcome.Error.RetryAfter);
                    break;
                case EngineFailureCode.QueueFull or EngineFailureCode.QueueTimeout or EngineFailureCode.ShareUsed:
                    ExpectText("busy, retry in 5 s", outcome);
                    break;
                default:
                    ExpectText("A sentence.", outcome);
                    break;
            }
        }
    }

    [Fact]
    public void Without_an_estimate_a_second_is_suggested()
    {
        ExpectText("busy, retry in 1 s", ToolFailures.ToOutcome(new EngineFailure(EngineFailureCode.QueueFull, "Full.")));
        Assert.Equal(
            TimeSpan.FromSeconds(1),
            ToolFailures.ToOutcome(new EngineFailure(EngineFailureCode.ShuttingDown, "Bye.")).Error!.RetryAfter);
    }

    private static void ExpectText(string text, ToolOutcome outcome)
    {
        Assert.Null(outcome.Error);
        Assert.True(outcome.Result!.IsError);
        Assert.Equal(text, Assert.Single(outcome.Result.Content).Text);
        Assert.Null(outcome.Result.StructuredContent);
    }
}
