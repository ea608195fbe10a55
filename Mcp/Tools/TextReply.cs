using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>Turns a generation into the result of a call that answers with text.</summary>
internal static class TextReply
{
    private static readonly ChatAnswerForm Form = new();

    /// <summary>
    /// Reads a generation to its end and tells its progress. Several choices become one text, joined by line ends; what is told
    /// is the text of the first, with which the result begins. A choice with tool calls becomes a JSON object of its content and calls, because a
    /// result has one block of text.
    /// </summary>
    /// <param name="generation">The running generation; the caller disposes of it.</param>
    /// <param name="choices">How many choices it has.</param>
    /// <param name="createParser">Makes the parser of each choice.</param>
    /// <param name="tellText">Whether the text is told while it comes; not where it may become a JSON object.</param>
    /// <param name="modelId">Id of the model that answers.</param>
    /// <param name="progress">Told every part of prompt and answer.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <param name="toText">Makes the texts of the choices, when they are not the generated ones in their order; null tells and takes those.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or someone else cancelled the generation.</exception>
    public static async ValueTask<ToolOutcome> ReadAsync(
        Generation generation,
        int choices,
        Func<IChatOutputParser> createParser,
        bool tellText,
        string modelId,
        IToolProgress progress,
        CancellationToken cancellationToken,
        Func<IReadOnlyList<CollectedChoice>, IEnumerable<string>>? toText = null)
    {
        var watch = new GenerationWatch(generation.PromptTokens, choices, progress, tellText && toText is null);
        CollectedAnswer answer = await AnswerCollector.CollectAsync(generation, choices, createParser, cancellationToken, watch.OnEvent).ConfigureAwait(false);
        if (answer.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        if (answer.Choices.Any(choice => choice.FinishReason == FinishReason.Cancelled))
        {
            throw new OperationCanceledException("The generation was cancelled.");
        }

        IEnumerable<string> texts = toText?.Invoke(answer.Choices) ?? answer.Choices.Select(ToText);
        List<ChatToolCall> calls = [.. answer.Choices.SelectMany(choice => choice.ToolCalls)];
        string[] reasoning = [.. answer.Choices.Select(choice => choice.Reasoning).OfType<string>()];
        return ToolOutcome.Of(new CallToolResult
        {
            Content = [ContentBlock.OfText(string.Join('\n', texts))],
            IsError = false,
            Meta = new()
            {
                Model = modelId,
                FinishReason = Form.ToFinishReason(answer.Choices.Any(choice => choice.FinishReason == FinishReason.Length) ? "length" : "stop", calls.Count),
                Usage = CompletionUsage.From(answer.Usage, answer.ReasoningTokens),
                ToolCalls = calls.Count > 0 ? ChatAnswerToolCall.From(calls) : null,
                Reasoning = reasoning.Length > 0 ? string.Join('\n', reasoning) : null,
            },
        });
    }

    private static string ToText(CollectedChoice choice) => choice.ToolCalls.Count == 0
        ? choice.Text
        : Encoding.UTF8.GetString(WireJson.Write(
            new ChatReplyWithCalls { Content = choice.Text.Length > 0 ? choice.Text : null, ToolCalls = ChatAnswerToolCall.From(choice.ToolCalls) },
            McpJsonContext.Default.ChatReplyWithCalls).Span);
}
