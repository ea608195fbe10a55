using System.Buffers;
using System.Diagnostics;
using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi.Answers;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The answer of a <c>chat</c> call while it grows. One reader, the request's.
/// </summary>
/// <param name="modelId">Id of the model that answers.</param>
internal sealed class ChatReply(string modelId)
{
    private readonly ArrayBufferWriter<byte> _text = new();

    /// <summary>
    /// Reads a generation to its end.
    /// </summary>
    /// <param name="generation">The running generation; the caller disposes of it.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or someone else cancelled the generation.</exception>
    public async ValueTask<ToolOutcome> ReadAsync(Generation generation, CancellationToken cancellationToken)
    {
        await foreach (GenerationEvent next in generation.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (next.Kind)
            {
                case GenerationEventKind.Text:
                    SendDelta(next.Text.Span);
                    break;
                case GenerationEventKind.Finished when next.FinishReason == FinishReason.Cancelled:
                    throw new OperationCanceledException("The generation was cancelled.");
                case GenerationEventKind.Finished:
                    return ToolOutcome.Of(Complete(next.FinishReason, next.Usage));
                case GenerationEventKind.Failed:
                    return ToolFailures.ToOutcome(next.Failure!);
            }
        }

        throw new UnreachableException("a generation ended without its last event");
    }

    // The one place that sees each piece of text as it comes: a transport that streams gets it from here.
    private void SendDelta(ReadOnlySpan<byte> text) => _text.Write(text);

    private CallToolResult Complete(FinishReason reason, TokenUsage usage) => new()
    {
        Content = [new TextContent { Text = Encoding.UTF8.GetString(_text.WrittenSpan) }],
        IsError = false,
        Meta = new()
        {
            Model = modelId,
            FinishReason = reason == FinishReason.Length ? "length" : "stop",
            Usage = CompletionUsage.From(usage),
        },
    };
}
