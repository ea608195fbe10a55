using System.Text.Json;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Chat;

/// <summary>The chunks of a streamed chat answer: the role once, then pieces of the content, then the finish reason.</summary>
internal sealed class ChatChunkWriter(SseWriter events, AnswerIdentity identity, bool includeUsage)
    : AnswerChunkWriter(events, identity, "chat.completion.chunk", includeUsage)
{
    /// <summary>The first chunk of a choice: the role comes here and never again.</summary>
    public override void WriteStart(int choice)
    {
        Utf8JsonWriter json = BeginDelta(choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteNull("refusal"u8);
        EndDelta(json, finishReason: null);
    }

    /// <inheritdoc/>
    public override void WriteText(int choice, ReadOnlySpan<byte> text)
    {
        Utf8JsonWriter json = BeginDelta(choice);
        json.WriteString("content"u8, text);
        EndDelta(json, finishReason: null);
    }

    /// <inheritdoc/>
    public override void WriteFinish(int choice, string finishReason) => EndDelta(BeginDelta(choice), finishReason);

    private Utf8JsonWriter BeginDelta(int choice)
    {
        Utf8JsonWriter json = BeginChoice(choice);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private void EndDelta(Utf8JsonWriter json, string? finishReason)
    {
        json.WriteEndObject();
        EndChoice(json, finishReason);
    }
}
