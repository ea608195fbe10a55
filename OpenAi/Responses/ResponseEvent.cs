using System.Text.Json.Serialization;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>One event of a streamed response. Source: OpenAI's published schema of response stream events.</summary>
/// <param name="EventName">Name of the server-sent event: the same as the data's <c>type</c>.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(QueuedEvent), QueuedEvent.Type)]
[JsonDerivedType(typeof(CreatedEvent), CreatedEvent.Type)]
[JsonDerivedType(typeof(InProgressEvent), InProgressEvent.Type)]
[JsonDerivedType(typeof(CompletedEvent), CompletedEvent.Type)]
[JsonDerivedType(typeof(IncompleteEvent), IncompleteEvent.Type)]
[JsonDerivedType(typeof(FailedEvent), FailedEvent.Type)]
[JsonDerivedType(typeof(ItemAddedEvent), ItemAddedEvent.Type)]
[JsonDerivedType(typeof(ItemDoneEvent), ItemDoneEvent.Type)]
[JsonDerivedType(typeof(PartAddedEvent), PartAddedEvent.Type)]
[JsonDerivedType(typeof(PartDoneEvent), PartDoneEvent.Type)]
[JsonDerivedType(typeof(TextDeltaEvent), TextDeltaEvent.Type)]
[JsonDerivedType(typeof(TextDoneEvent), TextDoneEvent.Type)]
[JsonDerivedType(typeof(ReasoningDeltaEvent), ReasoningDeltaEvent.Type)]
[JsonDerivedType(typeof(ReasoningDoneEvent), ReasoningDoneEvent.Type)]
[JsonDerivedType(typeof(ArgumentsDeltaEvent), ArgumentsDeltaEvent.Type)]
[JsonDerivedType(typeof(ArgumentsDoneEvent), ArgumentsDoneEvent.Type)]
[JsonDerivedType(typeof(ErrorOccurredEvent), ErrorOccurredEvent.Type)]
internal abstract record ResponseEvent([property: JsonIgnore] string EventName)
{
    /// <summary>Number of the event in its stream, from 0.</summary>
    [JsonPropertyName("sequence_number")]
    public required int SequenceNumber { get; init; }
}

/// <summary>An event that carries the response as it is then.</summary>
internal abstract record StateEvent(string EventName) : ResponseEvent(EventName)
{
    [JsonPropertyName("response")]
    public required ResponseObject Response { get; init; }
}

/// <summary>An event of an item of the output.</summary>
internal abstract record OutputEvent(string EventName) : ResponseEvent(EventName)
{
    /// <summary>Number of the item in the output, from 0.</summary>
    [JsonPropertyName("output_index")]
    public required int OutputIndex { get; init; }
}

/// <summary>An event of an item's content.</summary>
internal abstract record ContentEvent(string EventName) : OutputEvent(EventName)
{
    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    /// <summary>Number of the part in the item, always 0: an item has one part here.</summary>
    [JsonPropertyName("content_index")]
    public int ContentIndex { get; }
}

/// <summary>Waits for its turn.</summary>
internal sealed record QueuedEvent() : StateEvent(Type)
{
    public const string Type = "response.queued";
}

/// <summary>The first event of every stream.</summary>
internal sealed record CreatedEvent() : StateEvent(Type)
{
    public const string Type = "response.created";
}

/// <summary>It is being generated.</summary>
internal sealed record InProgressEvent() : StateEvent(Type)
{
    public const string Type = "response.in_progress";
}

/// <summary>The last event of a whole response.</summary>
internal sealed record CompletedEvent() : StateEvent(Type)
{
    public const string Type = "response.completed";
}

/// <summary>The last event of a response that was cut.</summary>
internal sealed record IncompleteEvent() : StateEvent(Type)
{
    public const string Type = "response.incomplete";
}

/// <summary>The last event of a response that failed or was cancelled.</summary>
internal sealed record FailedEvent() : StateEvent(Type)
{
    public const string Type = "response.failed";
}

/// <summary>An item begins.</summary>
internal sealed record ItemAddedEvent() : OutputEvent(Type)
{
    public const string Type = "response.output_item.added";

    [JsonPropertyName("item")]
    public required ResponseItem Item { get; init; }
}

/// <summary>An item is whole.</summary>
internal sealed record ItemDoneEvent() : OutputEvent(Type)
{
    public const string Type = "response.output_item.done";

    [JsonPropertyName("item")]
    public required ResponseItem Item { get; init; }
}

/// <summary>A part of an item begins.</summary>
internal sealed record PartAddedEvent() : ContentEvent(Type)
{
    public const string Type = "response.content_part.added";

    [JsonPropertyName("part")]
    public required ResponsePart Part { get; init; }
}

/// <summary>A part of an item is whole.</summary>
internal sealed record PartDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.content_part.done";

    [JsonPropertyName("part")]
    public required ResponsePart Part { get; init; }
}

/// <summary>More text.</summary>
internal sealed record TextDeltaEvent() : ContentEvent(Type)
{
    public const string Type = "response.output_text.delta";

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }

    [JsonPropertyName("logprobs")]
    public required IReadOnlyList<ChatTokenLogProbability> LogProbabilities { get; init; }
}

/// <summary>The whole text.</summary>
internal sealed record TextDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.output_text.done";

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    [JsonPropertyName("logprobs")]
    public required IReadOnlyList<ChatTokenLogProbability> LogProbabilities { get; init; }
}

/// <summary>More reasoning.</summary>
internal sealed record ReasoningDeltaEvent() : ContentEvent(Type)
{
    public const string Type = "response.reasoning_text.delta";

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }
}

/// <summary>The whole reasoning.</summary>
internal sealed record ReasoningDoneEvent() : ContentEvent(Type)
{
    public const string Type = "response.reasoning_text.done";

    [JsonPropertyName("text")]
    public required string Text { get; init; }
}

/// <summary>More of a call's arguments.</summary>
internal sealed record ArgumentsDeltaEvent() : OutputEvent(Type)
{
    public const string Type = "response.function_call_arguments.delta";

    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    [JsonPropertyName("delta")]
    public required string Delta { get; init; }
}

/// <summary>The whole arguments.</summary>
internal sealed record ArgumentsDoneEvent() : OutputEvent(Type)
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
internal sealed record ErrorOccurredEvent() : ResponseEvent(Type)
{
    public const string Type = "error";

    [JsonPropertyName("code")]
    public required string Code { get; init; }

    [JsonPropertyName("message")]
    public required string Message { get; init; }

    [JsonPropertyName("param")]
    public required string? Param { get; init; }
}
