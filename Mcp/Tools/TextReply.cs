using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi.Answers;

namespace MistralServe.Mcp.Tools;

/// <summary>Turns a generation into the result of a call that answers with text.</summary>
internal static class TextReply
{
    /// <summary>
    /// Reads a generation to its end and tells its progress. Several choices become one text, joined by line ends; what is told
    /// is the text of the first, with which the result begins.
    /// </summary>
    /// <param name="generation">The running generation; the caller disposes of it.</param>
    /// <param name="choices">How many choices it has.</param>
    /// <param name="modelId">Id of the model that answers.</param>
    /// <param name="progress">Told every part of prompt and answer.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <param name="toText">Makes the texts of the choices, when they are not the generated ones in their order; null tells and takes those.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or someone else cancelled the generation.</exception>
    public static async ValueTask<ToolOutcome> ReadAsync(
        Generation generation,
        int choices,
        string modelId,
        IToolProgress progress,
        CancellationToken cancellationToken,
        Func<IReadOnlyList<CollectedChoice>, IEnumerable<string>>? toText = null)
    {
        var watch = new GenerationWatch(generation.PromptTokens, choices, progress, tellText: toText is null);
        CollectedAnswer answer = await AnswerCollector.CollectAsync(
            generation, choices, static () => new PlainTextParser(), cancellationToken, watch.OnEvent).ConfigureAwait(false);
        if (answer.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        if (answer.Choices.Any(choice => choice.FinishReason == FinishReason.Cancelled))
        {
            throw new OperationCanceledException("The generation was cancelled.");
        }

        IEnumerable<string> texts = toText?.Invoke(answer.Choices) ?? answer.Choices.Select(choice => choice.Text);
        return ToolOutcome.Of(new CallToolResult
        {
            Content = [ContentBlock.OfText(string.Join('\n', texts))],
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
