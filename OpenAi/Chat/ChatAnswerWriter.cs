using System.Buffers;
using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>Answers a chat request with one JSON object.</summary>
internal static class ChatAnswerWriter
{
    /// <summary>
    /// Collects the generation and writes the answer or its error. When the client goes away nothing is written. Disposes the
    /// generation on every way out. Request thread.
    /// </summary>
    public static async Task WriteAsync(HttpContext context, Generation generation, AnswerIdentity identity)
    {
        using Generation owned = generation;
        var text = new ArrayBufferWriter<byte>();

        // Cancellation by the client leaves as an exception; the outermost layer knows it from RequestAborted.
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(context.RequestAborted))
        {
            switch (item.Kind)
            {
                case GenerationEventKind.Text:
                    text.Write(item.Text.Span);
                    break;
                case GenerationEventKind.Finished or GenerationEventKind.Failed:
                    await WriteEndAsync(context, identity, text.WrittenMemory, AnswerEnd.From(item), item.Usage);
                    return;
            }
        }

        await WriteEndAsync(context, identity, text.WrittenMemory, AnswerEnd.Broken, default);
    }

    private static Task WriteEndAsync(
        HttpContext context, AnswerIdentity identity, ReadOnlyMemory<byte> text, AnswerEnd end, TokenUsage usage)
    {
        if (!end.IsWhole)
        {
            return ErrorWriter.WriteAsync(context, end.Error);
        }

        var answer = new ChatCompletion
        {
            Id = identity.Id,
            Created = identity.Created,
            Model = identity.Model,
            SystemFingerprint = identity.SystemFingerprint,
            Choices =
            [
                new ChatChoice
                {
                    Index = 0,
                    Message = new ChatChoiceMessage { Content = Encoding.UTF8.GetString(text.Span) },
                    FinishReason = end.WireReason,
                },
            ],
            Usage = CompletionUsage.From(usage),
        };
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, answer, OpenAiJsonContext.Wire.ChatCompletion);
    }
}
