using MistralServe.Inference.Engine;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi.Answers;

namespace MistralServe.Mcp.Tools;

/// <summary>Turns a generation into the result of a <c>chat</c> call.</summary>
internal static class ChatReply
{
    /// <summary>
    /// Reads a generation to its end. Several choices become one text, joined by line ends.
    /// </summary>
    /// <param name="generation">The running generation; the caller disposes of it.</param>
    /// <param name="choices">How many choices the request asked for.</param>
    /// <param name="modelId">Id of the model that answers.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or someone else cancelled the generation.</exception>
    public static async ValueTask<ToolOutcome> ReadAsync(Generation generation, int choices, string modelId, CancellationToken cancellationToken)
    {
        CollectedAnswer answer = await AnswerCollector.CollectAsync(generation, choices, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        if (answer.Choices.Any(choice => choice.FinishReason == FinishReason.Cancelled))
        {
            throw new OperationCanceledException("The generation was cancelled.");
        }

        return ToolOutcome.Of(new CallToolResult
        {
            Content = [new TextContent { Text = string.Join('\n', answer.Choices.Select(choice => choice.Text)) }],
            IsError = false,
            Meta = new()
            {
                Model = modelId,
                FinishReason = answer.Choices.Any(choice => choice.FinishReason == FinishReason.Length) ? "length" : "stop",
                Usage = CompletionUsage.From(answer.Usage),
            },
        });
    }
}
