using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>Turns a running answer into the result of a <c>chat</c> call.</summary>
internal static class ChatReply
{
    private static readonly ChatAnswerForm Form = new();

    /// <summary>
    /// Reads an answer to its end. Several choices become one text, joined by line ends; a choice with calls becomes a JSON object of its content
    /// and calls, because a result has one block of text.
    /// </summary>
    /// <param name="run">The running answer; the caller disposes of it.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="modelId">Id of the model that answers.</param>
    /// <param name="progress">Told every part of prompt and answer; of the text only while the result can be nothing else than it.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or someone else cancelled the generation.</exception>
    public static async ValueTask<ToolOutcome> ReadAsync(
        ChatRun run, ChatGeneration request, string modelId, IToolProgress progress, CancellationToken cancellationToken)
    {
        // A reply with calls becomes another text than its content, and what is told must be a beginning of the result.
        bool mayCall = request.Tools.Count > 0 && request.ToolChoice.Mode != ToolChoiceMode.None;
        var watch = new GenerationWatch(run.Generation.PromptTokens, request.Choices, progress, tellText: !mayCall);
        CollectedAnswer answer = await AnswerCollector.CollectAsync(
            run.Generation, request.Choices, run.CreateParser, cancellationToken, watch.OnEvent).ConfigureAwait(false);
        if (answer.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        if (answer.Choices.Any(choice => choice.FinishReason == FinishReason.Cancelled))
        {
            throw new OperationCanceledException("The generation was cancelled.");
        }

        List<ChatToolCall> calls = [.. answer.Choices.SelectMany(choice => choice.ToolCalls)];
        string[] reasoning = [.. answer.Choices.Select(choice => choice.Reasoning).OfType<string>()];
        return ToolOutcome.Of(new CallToolResult
        {
            Content = [ContentBlock.OfText(string.Join('\n', answer.Choices.Select(ToText)))],
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
        : JsonSerializer.Serialize(
            new ChatReplyWithCalls { Content = choice.Text.Length > 0 ? choice.Text : null, ToolCalls = ChatAnswerToolCall.From(choice.ToolCalls) },
            McpJsonContext.Text.ChatReplyWithCalls);
}
