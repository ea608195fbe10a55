using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Messages;

/// <summary>
/// One event of a streamed message. Its <c>type</c> is also the name of the server-sent event: Anthropic's client skips events without one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MessageStartEvent), MessageStartEvent.Type)]
[JsonDerivedType(typeof(BlockStartEvent), BlockStartEvent.Type)]
[JsonDerivedType(typeof(BlockDeltaEvent), BlockDeltaEvent.Type)]
[JsonDerivedType(typeof(BlockStopEvent), BlockStopEvent.Type)]
[JsonDerivedType(typeof(MessageDeltaEvent), MessageDeltaEvent.Type)]
[JsonDerivedType(typeof(MessageStopEvent), MessageStopEvent.Type)]
[JsonDerivedType(typeof(PingEvent), PingEvent.Type)]
[JsonDerivedType(typeof(MessagesErrorEvent), MessagesErrorEvent.Type)]
internal abstract record MessagesEvent
{
    /// <summary>Name of the server-sent event: the same as the data's <c>type</c>.</summary>
    [JsonIgnore]
    public abstract string EventName { get; }
}

/// <summary>The first event: the message without content.</summary>
internal sealed record MessageStartEvent([property: JsonPropertyName("message")] MessagesAnswer Message) : MessagesEvent
{
    public const string Type = "message_start";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;
}

/// <summary>An event of one block.</summary>
internal abstract record BlockEvent : MessagesEvent
{
    /// <summary>Number of the block in the message, from 0.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }
}

/// <summary>A block begins: it is empty but for the name of a call.</summary>
internal sealed record BlockStartEvent : BlockEvent
{
    public const string Type = "content_block_start";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;

    [JsonPropertyName("content_block")]
    public required MessagesBlock Block { get; init; }
}

/// <summary>More of a block.</summary>
internal sealed record BlockDeltaEvent : BlockEvent
{
    public const string Type = "content_block_delta";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;

    [JsonPropertyName("delta")]
    public required BlockDelta Delta { get; init; }
}

/// <summary>A block is whole.</summary>
internal sealed record BlockStopEvent : BlockEvent
{
    public const string Type = "content_block_stop";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;
}

/// <summary>How the message ended.</summary>
internal sealed record MessageDeltaEvent : MessagesEvent
{
    public const string Type = "message_delta";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;

    [JsonPropertyName("delta")]
    public required MessageEnd Delta { get; init; }

    /// <summary>Final counts.</summary>
    [JsonPropertyName("usage")]
    public required MessagesUsage Usage { get; init; }
}

/// <summary>The last event of a whole message.</summary>
internal sealed record MessageStopEvent : MessagesEvent
{
    public const string Type = "message_stop";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;
}

/// <summary>Says only that the connection lives.</summary>
internal sealed record PingEvent : MessagesEvent
{
    public const string Type = "ping";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;
}

/// <summary>The last event of a message that failed.</summary>
internal sealed record MessagesErrorEvent : MessagesEvent
{
    public const string Type = "error";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string EventName => Type;

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
