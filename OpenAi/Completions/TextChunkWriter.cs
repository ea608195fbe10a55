using System.Text.Json;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>The chunks of a streamed text completion: pieces of the text, then an empty one with the finish reason.</summary>
internal sealed class TextChunkWriter(SseWriter events, AnswerIdentity identity, bool includeUsage)
    : AnswerChunkWriter(events, identity, TextCompletion.ObjectName, includeUsage)
{
    /// <summary>Nothing: a text has no role.</summary>
    public override void WriteStart(int choice)
    {
    }

    /// <inheritdoc/>
    public override void WriteText(int choice, ReadOnlySpan<byte> text) => Write(choice, text, finishReason: null);

    /// <inheritdoc/>
    public override void WriteFinish(int choice, string finishReason) => Write(choice, ""u8, finishReason);

    private void Write(int choice, ReadOnlySpan<byte> text, string? finishReason)
    {
        Utf8JsonWriter json = BeginChoice(choice);
        json.WriteString("text"u8, text);
        EndChoice(json, finishReason);
    }
}
