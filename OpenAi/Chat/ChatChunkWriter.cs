using System.Text.Encodings.Web;
using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Writes the chunks of a streamed chat answer as events. Chunks are written field by field and not from a record, because
/// one is written for every token: nothing is allocated per chunk. One loop owns it.
/// </summary>
/// <param name="events">Where the chunks go.</param>
/// <param name="identity">What all chunks have in common.</param>
/// <param name="includeUsage">Whether the client asked for usage: then every chunk has the key, null in all but the last.</param>
internal sealed class ChatChunkWriter(SseWriter events, AnswerIdentity identity, bool includeUsage)
{
    private readonly JsonEncodedText _id = Encode(identity.Id);
    private readonly JsonEncodedText _model = Encode(identity.Model);
    private readonly JsonEncodedText _systemFingerprint = Encode(identity.SystemFingerprint);

    /// <summary>The first chunk of a choice: the role comes here and never again.</summary>
    public void WriteRole()
    {
        Utf8JsonWriter json = BeginChoice();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteNull("refusal"u8);
        EndChoice(json, finishReason: null);
    }

    /// <summary>A piece of the answer.</summary>
    /// <param name="text">UTF-8, whole characters only.</param>
    public void WriteText(ReadOnlySpan<byte> text)
    {
        Utf8JsonWriter json = BeginChoice();
        json.WriteString("content"u8, text);
        EndChoice(json, finishReason: null);
    }

    /// <summary>The last chunk of a choice.</summary>
    public void WriteFinish(string finishReason) => EndChoice(BeginChoice(), finishReason);

    /// <summary>The chunk without choices that carries the token counts; nothing when the client did not ask for it.</summary>
    public void WriteUsage(TokenUsage usage)
    {
        if (!includeUsage)
        {
            return;
        }

        Utf8JsonWriter json = BeginChunk();
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        JsonSerializer.Serialize(json, CompletionUsage.From(usage), OpenAiJsonContext.Wire.CompletionUsage);
        EndChunk(json);
    }

    /// <summary>An event with the error object, for a failure after the answer has begun.</summary>
    public void WriteError(ApiError error)
    {
        JsonSerializer.Serialize(events.BeginJson(), ErrorResponse.From(error), OpenAiJsonContext.Wire.ErrorResponse);
        events.EndJson();
    }

    private Utf8JsonWriter BeginChunk()
    {
        Utf8JsonWriter json = events.BeginJson();
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, identity.Created);
        json.WriteString("model"u8, _model);
        json.WriteString("system_fingerprint"u8, _systemFingerprint);
        json.WriteStartArray("choices"u8);
        return json;
    }

    private Utf8JsonWriter BeginChoice()
    {
        Utf8JsonWriter json = BeginChunk();
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private void EndChoice(Utf8JsonWriter json, string? finishReason)
    {
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage)
        {
            json.WriteNull("usage"u8);
        }

        EndChunk(json);
    }

    private void EndChunk(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        events.EndJson();
    }

    private static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
