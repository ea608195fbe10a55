using System.Text.Json.Serialization;
using MistralServe.Json;

namespace MistralServe.OpenAi.Messages;

/// <summary>
/// One event of a streamed message. Its <c>type</c> is also the name of the server-sent event: Anthropic's client skips events without one.
/// </summary>
/// <param name="eventName">Name of the server-sent event, and the data's <c>type</c>.</param>
[JsonConverter(typeof(FamilyConverter<MessagesEvent>))]
internal abstract class MessagesEvent(string eventName)
{
    /// <summary>Name of the server-sent event, and the data's <c>type</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-1)]
    public string EventName { get; } = eventName;
}

/// <summary>The first event: the message without content.</summary>
internal sealed class MessageStartEvent(MessagesAnswer message) : MessagesEvent(Type)
{
    public const string Type = "message_start";

    [JsonPropertyName("message")]
    public MessagesAnswer Message { get; } = message;
}

/// <summary>An event of one block.</summary>
internal abstract class BlockEvent(string eventName) : MessagesEvent(eventName)
{
    /// <summary>Number of the block in the message, from 0.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }
}

/// <summary>A block begins: it is empty but for the name of a call.</summary>
internal sealed class BlockStartEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_start";

    [JsonPropertyName("content_block")]
    public required MessagesBlock Block { get; init; }
}

/// <summary>More of a block.</summary>
internal sealed class BlockDeltaEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_delta";

    [JsonPropertyName("delta")]
    public required BlockDelta Delta { get; init; }
}

/// <summary>A block is whole.</summary>
internal sealed class BlockStopEvent() : BlockEvent(Type)
{
    public const string Type = "content_block_stop";
}

/// <summary>How the message ended.</summary>
internal sealed class MessageDeltaEvent() : MessagesEvent(Type)
{
    public const string Type = "message_delta";

    [JsonPropertyName("delta")]
    public required MessageEnd Delta { get; init; }

    /// <summary>Final counts.</summary>
    [JsonPropertyName("usage")]
    public required MessagesUsage Usage { get; init; }
}

/// <summary>The last event of a whole message.</summary>
internal sealed class MessageStopEvent() : MessagesEvent(Type)
{
    public const string Type = "message_stop";
}

/// <summary>Says only that the connection lives.</summary>
internal sealed class PingEvent() : MessagesEvent(Type)
{
    public const string Type = "ping";
}

/// <summary>The last event of a message that failed.</summary>
internal sealed class MessagesErrorEvent() : MessagesEvent(Type)
{
    public const string Type = "error";

    [JsonPropertyName("error")]
    public required MessagesErrorBody Error { get; init; }

    [JsonPropertyName("request_id")]
    public required string RequestId { get; init; }
}

/// <summary>Why a message ended.</summary>
internal sealed class MessageEnd
{
    [JsonPropertyName("stop_reason")]
    public required string StopReason { get; init; }

    [JsonPropertyName("stop_sequence")]
    public required string? StopSequence { get; init; }
}

/// <summary>What a block gains.</summary>
/// <param name="type">Tells the members of the family apart.</param>
[JsonConverter(typeof(FamilyConverter<BlockDelta>))]
internal abstract class BlockDelta(string type)
{
    /// <summary>Tells the members of the family apart.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-1)]
    public string Type { get; } = type;
}

/// <summary>Text.</summary>
internal sealed class TextDelta(string text) : BlockDelta("text_delta")
{
    [JsonPropertyName("text")]
    public string Text { get; } = text;
}

/// <summary>Reasoning.</summary>
internal sealed class ThinkingDelta(string thinking) : BlockDelta("thinking_delta")
{
    [JsonPropertyName("thinking")]
    public string Thinking { get; } = thinking;
}

/// <summary>Ends reasoning, see <see cref="ThinkingBlock.NoSignature"/>.</summary>
internal sealed class SignatureDelta(string signature) : BlockDelta("signature_delta")
{
    [JsonPropertyName("signature")]
    public string Signature { get; } = signature;
}

/// <summary>A call's arguments: the pieces joined are JSON when the model wrote it well.</summary>
internal sealed class InputJsonDelta(string partialJson) : BlockDelta("input_json_delta")
{
    [JsonPropertyName("partial_json")]
    public string PartialJson { get; } = partialJson;
}
