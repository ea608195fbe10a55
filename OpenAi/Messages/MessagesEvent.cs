using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Messages;

/// <summary>
/// One event of a streamed message. Its <c>type</c> is also the name of the server-sent event: Anthropic's client skips events without one.
/// </summary>
/// <param name="EventName">Name of the server-sent event.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MessageStartEvent), MessageStartEvent.Type)]
[JsonDerivedType(typeof(BlockStartEvent), BlockStartEvent.Type)]
[JsonDerivedType(typeof(BlockDeltaEvent), BlockDeltaEvent.Type)]
[JsonDerivedType(typeof(BlockStopEvent), BlockStopEvent.Type)]
[JsonDerivedType(typeof(MessageDeltaEvent), MessageDeltaEvent.Type)]
[JsonDerivedType(typeof(MessageStopEvent), MessageStopEvent.Type)]
[JsonDerivedType(typeof(PingEvent), PingEvent.Type)]
[JsonDerivedType(typeof(MessagesErrorEvent), MessagesErrorEvent.Type)]
internal abstract record MessagesEvent([property: JsonIgnore] string EventName);

/// <summary>The first event: the message without content.</summary>
internal sealed record MessageStartEvent([property: JsonPropertyName("message")] MessagesAnswer Message) : MessagesEvent(Type)
{
    public const string Type = "message_start";
}

/// <summary>An event of one block.</summary>
internal abstract record BlockEvent(string EventName) : MessagesEvent(EventName)
{
    /// <summary>Number of the block in the message, from 0.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }
}

/// <summary>A block begins: it is empty but for the name of a call.</summary>
internal sealed record BlockStartEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_start";

    [JsonPropertyName("content_block")]
    public required MessagesBlock Block { get; init; }
}

/// <summary>More of a block.</summary>
internal sealed record BlockDeltaEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_delta";

    [JsonPropertyName("delta")]
    public required BlockDelta Delta { get; init; }
}

/// <summary>A block is whole.</summary>
internal sealed record BlockStopEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_stop";
}

/// <summary>How the message ended.</summary>
internal sealed record MessageDeltaEvent() : MessagesEvent(Type)
{
    public const string Type = "message_delta";

    [JsonPropertyName("delta")]
    public required MessageEnd Delta { get; init; }

    /// <summary>Final counts.</summary>
    [JsonPropertyName("usage")]
    public required MessagesUsage Usage { get; init; }
}

/// <summary>The last event of a whole message.</summary>
internal sealed record MessageStopEvent() : MessagesEvent(Type)
{
    public const string Type = "message_stop";
}

/// <summary>Says only that the connection lives.</summary>
internal sealed record PingEvent() : MessagesEvent(Type)
{
    public const string Type = "ping";
}

/// <summary>The last event of a message that failed.</summary>
internal sealed record MessagesErrorEvent() : MessagesEvent(Type)
{
    public const string Type = "error";

    [JsonPropertyName("error")]
    public required MessagesErrorBody Error { get; init; }

    [JsonPropertyName("request_id")]
    public required string RequestId { get; init; }
}

/// <summary>Why a message ended.</summary>
internal sealed record MessageEnd
{
    [JsonPropertyName("stop_reason")]
    public required string StopReason { get; init; }

    [JsonPropertyName("stop_sequence")]
    public required string? StopSequence { get; init; }
}

/// <summary>What a block gains.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TextDelta), "text_delta")]
[JsonDerivedType(typeof(ThinkingDelta), "thinking_delta")]
[JsonDerivedType(typeof(SignatureDelta), "signature_delta")]
[JsonDerivedType(typeof(InputJsonDelta), "input_json_delta")]
internal abstract record BlockDelta;

/// <summary>Text.</summary>
internal sealed record TextDelta([property: JsonPropertyName("text")] string Text) : BlockDelta;

/// <summary>Reasoning.</summary>
internal sealed record ThinkingDelta([property: JsonPropertyName("thinking")] string Thinking) : BlockDelta;

/// <summary>Ends reasoning, see <see cref="ThinkingBlock.NoSignature"/>.</summary>
internal sealed record SignatureDelta([property: JsonPropertyName("signature")] string Signature) : BlockDelta;

/// <summary>A call's arguments: the pieces joined are JSON when the model wrote it well.</summary>
internal sealed record InputJsonDelta([property: JsonPropertyName("partial_json")] string PartialJson) : BlockDelta;
