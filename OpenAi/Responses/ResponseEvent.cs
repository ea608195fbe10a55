using System.Text.Json.Serialization;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>One event of a streamed response. Source: OpenAI's published schema of response stream events.</summary>
/// <param name="eventName">Name of the server-sent event, and the data's <c>type</c>.</param>
[JsonConverter(typeof(FamilyConverter<ResponseEvent>))]
internal abstract class ResponseEvent(string eventName)
{
    /// <summary>Name of the server-sent event, and the data's <c>type</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-1)]
    public string EventName { get; } = eventName;

    /// <summary>Number of the event in its stream, from 0.</summary>
    [JsonPropertyName("sequence_number")]
    public required int SequenceNumber { get; init; }
}

/// <summary>An event that carries the response as it is then.</summary>
internal abstract class StateEvent(string eventName) : ResponseEvent(eventName)
{
    [JsonPropertyName("response")]
    public required ResponseObject Response { get; init; }
}

/// <summary>An event of an item of the output.</summary>
internal abstract class OutputEvent(string eventName) : ResponseEvent(eventName)
{
    /// <summary>Number of the item in the output, from 0.</summary>
    [JsonPropertyName("output_index")]
    public required int OutputIndex { get; init; }
}

/// <summary>An event of an item's content.</summary>
internal abstract class ContentEvent(string eventName) : OutputEvent(eventName)
{
    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    /// <summary>Number of the part in the item, always 0: an item has one part here.</summary>
    [JsonPropertyName("content_index")]
    public int ContentIndex { get; }
}

/// <summary>Waits for its turn.</summary>
internal sealed class QueuedEvent() : StateEvent(Type)
{
    public const string Type = "response.queued";
}

/// <summary>The first event of every stream.</summary>
internal sealed class CreatedEvent() : StateEvent(Type)
{
    public const string Type = "response.created";
}

/// <summary>It is being generated.</summary>
internal sealed class InProgressEvent() : StateEvent(Type)
{
    public const string Type = "response.in_progress";
}

/// <summary>The last event of a whole response.</summary>
internal sealed class CompletedEvent() : StateEvent(Type)
{
    public const string Type = "response.completed";
}

/// <summary>The last event of a response that was cut.</summary>
internal sealed class IncompleteEvent() : StateEvent(Type)
{
    public const string Type = "response.incomplete";
}

/// <summary>The last event of a response that failed or was cancelled.</summary>
internal sealed class FailedEvent() : StateEvent(Type)
{
    public const string Type = "response.failed";
}

/// <summary>An item begins.</summary>
internal sealed class ItemAddedEvent() : OutputEvent(Type)
{
    public const string Type = "response.output_item.added";

    [JsonPropertyName("item")]
    public required ResponseItem Item { get; init; }
}

/// <summary>An item is whole.</summary>
internal sealed class ItemDoneEvent() : OutputEvent(Type)
{
    public const string Type = "response.output_item.done";

    [JsonPropertyName("item")]
    public required ResponseItem Item { get; init; }
}

/// <summary>A part of an item begins.</summary>
internal sealed class PartAddedEvent() : ContentEvent(Type)
{
    public const string Type = "response.content_part.added";

    [JsonPropertyName("part")]
    public required ResponsePart Part { get; init; }
}

/// <summary>A part of an item is whole.</summary>
internal sealed class PartDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.content_part.done";

    [JsonPropertyName("part")]
    public required ResponsePart Part { get; init; }
}

/// <summary>More text.</summary>
internal sealed class TextDeltaEvent() : ContentEvent(Type)
{
    public const string Type = "response.output_text.delta";

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }

    [JsonPropertyName("logprobs")]
    public required IReadOnlyList<ChatTokenLogProbability> LogProbabilities { get; init; }
}

/// <summary>The whole text.</summary>
internal sealed class TextDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.output_text.done";

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    [JsonPropertyName("logprobs")]
    public required IReadOnlyList<ChatTokenLogProbability> LogProbabilities { get; init; }
}

/// <summary>More reasoning.</summary>
internal sealed class ReasoningDeltaEvent() : ContentEvent(Type)
{
    public const string Type = "response.reasoning_text.delta";

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }
}

/// <summary>The whole reasoning.</summary>
internal sealed class ReasoningDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.reasoning_text.done";

    [JsonPropertyName("text")]
    public required string Text { get; init; }
}

/// <summary>More of a call's arguments.</summary>
internal sealed class ArgumentsDeltaEvent() : OutputEvent(Type)
{
    public const string Type = "response.function_call_arguments.delta";

    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }
}

/// <summary>The whole arguments.</summary>
internal sealed class ArgumentsDoneEvent() : OutputEvent(Type)
{
    public const string Type = "response.function_call_arguments.done";

    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("arguments")]
    public required string Arguments { get; init; }
}

/// <summary>What went wrong, before the event that ends the stream.</summary>
internal sealed class ErrorOccurredEvent() : ResponseEvent(Type)
{
    public const string Type = "error";

    [JsonPropertyName("code")]
    public required string Code { get; init; }

    [JsonPropertyName("message")]
    public required string Message { get; init; }

    [JsonPropertyName("param")]
    public required string? Param { get; init; }
}
