using System.Text.Encodings.Web;
using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// Writes the chunks of a streamed answer as events. Chunks are written field by field and not from a record, because one is
/// written for every token: nothing is allocated per chunk. One loop owns it.
/// </summary>
/// <param name="events">Where the chunks go.</param>
/// <param name="identity">What all chunks have in common.</param>
/// <param name="objectName">Value of their <c>object</c>.</param>
/// <param name="includeUsage">Whether the client asked for usage: then every chunk has the key, null in all but the last.</param>
internal abstract class AnswerChunkWriter(SseWriter events, AnswerIdentity identity, string objectName, bool includeUsage)
{
    private int _choice;

    private readonly JsonEncodedText _id = Encode(identity.Id);
    private readonly JsonEncodedText _object = Encode(objectName);
    private readonly JsonEncodedText _model = Encode(identity.Model);
    private readonly JsonEncodedText _systemFingerprint = Encode(identity.SystemFingerprint);

    /// <summary>What chunks tell of their tokens; null for nothing.</summary>
    public TokenDetails? Details { get; init; }

    /// <summary>Whether chunks have counts and speed.</summary>
    public bool Timings { get; init; }

    /// <summary>Whether chunks tell how much of the prompt is computed.</summary>
    public bool Progress { get; init; }

    /// <summary>The event that was noted last.</summary>
    protected GenerationEvent Noted { get; private set; }

    /// <summary>Tokens that the choices have reasoned so far.</summary>
    protected virtual int ReasoningTokens => 0;

    /// <summary>Whether chunks tell the service tier.</summary>
    public bool ServiceTier { get; init; }

    /// <summary>Takes note of an event whose chunks come next.</summary>
    public virtual void Note(in GenerationEvent item)
    {
        Noted = item;
        Details?.Add(item.Choice, item.Tokens);
    }

    /// <summary>What comes before the text of a choice, if the format has such a chunk.</summary>
    /// <param name="choice">Index of the choice.</param>
    public abstract void WriteStart(int choice);

    /// <summary>A piece of a choice's text.</summary>
    /// <param name="choice">Index of the choice.</param>
    /// <param name="text">UTF-8, whole characters only.</param>
    public abstract void WriteText(int choice, ReadOnlySpan<byte> text);

    /// <summary>The last chunk of a choice.</summary>
    /// <param name="choice">Index of the choice.</param>
    /// <param name="finishReason">One of the published words.</param>
    public abstract void WriteFinish(int choice, string finishReason);

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
        JsonSerializer.Serialize(json, CompletionUsage.From(usage, ReasoningTokens), OpenAiJsonContext.Default.CompletionUsage);
        EndChunk(json);
    }

    /// <summary>The chunk without choices that tells how much of the prompt is computed; nothing when the client did not ask for it.</summary>
    /// <param name="item">The event.</param>
    /// <param name="promptTokens">Tokens of the whole prompt.</param>
    public void WriteProgress(in GenerationEvent item, int promptTokens)
    {
        if (!Progress)
        {
            return;
        }

        Utf8JsonWriter json = BeginChunk();
        json.WriteEndArray();
        json.WriteStartObject("prompt_progress"u8);
        json.WriteNumber("total"u8, promptTokens);
        json.WriteNumber("cache"u8, item.Usage.CachedTokens);
        json.WriteNumber("processed"u8, item.Usage.PromptTokens);
        json.WriteNumber("time_ms"u8, (long)item.Times.Prompt.TotalMilliseconds);
        json.WriteEndObject();
        if (includeUsage)
        {
            json.WriteNull("usage"u8);
        }

        EndChunk(json);
    }

    /// <summary>An event with the error object, for a failure after the answer has begun.</summary>
    public void WriteError(ApiError error)
    {
        JsonSerializer.Serialize(events.BeginJson(), ErrorResponse.From(error), OpenAiJsonContext.Default.ErrorResponse);
        events.EndJson();
    }

    /// <summary>Begins a chunk with one choice, up to and with its index.</summary>
    protected Utf8JsonWriter BeginChoice(int choice)
    {
        _choice = choice;
        Utf8JsonWriter json = BeginChunk();
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice);
        return json;
    }

    /// <summary>Ends what <see cref="BeginChoice"/> began, from the choice's log probabilities on.</summary>
    protected void EndChoice(Utf8JsonWriter json, string? finishReason)
    {
        if (Details is not null)
        {
            Details.Write(json, _choice);
        }
        else
        {
            json.WriteNull("logprobs"u8);
        }

        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage)
        {
            json.WriteNull("usage"u8);
        }

        if (Timings && Noted.Kind is GenerationEventKind.Text or GenerationEventKind.Finished)
        {
            json.WritePropertyName("timings"u8);
            JsonSerializer.Serialize(json, AnswerTimings.From(Noted.Usage, Noted.Times), OpenAiJsonContext.Default.AnswerTimings);
        }

        EndChunk(json);
    }

    private Utf8JsonWriter BeginChunk()
    {
        Utf8JsonWriter json = events.BeginJson();
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, _object);
        json.WriteNumber("created"u8, identity.Created);
        json.WriteString("model"u8, _model);
        json.WriteString("system_fingerprint"u8, _systemFingerprint);
        if (ServiceTier)
        {
            json.WriteString("service_tier"u8, "default"u8);
        }

        json.WriteStartArray("choices"u8);
        return json;
    }

    private void EndChunk(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        events.EndJson();
    }

    private static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
