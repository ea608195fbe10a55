using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Json;

namespace MistralServe.OpenAi.Messages;

/// <summary>A block of an answer's content. Immutable.</summary>
/// <param name="Type">Tells the members of the family apart.</param>
[JsonConverter(typeof(FamilyConverter<MessagesBlock>))]
internal abstract record MessagesBlock([property: JsonPropertyName("type"), JsonPropertyOrder(-1)] string Type);

/// <summary>Text.</summary>
internal sealed record TextBlock() : MessagesBlock("text")
{
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Always null: nothing here cites.</summary>
    [JsonPropertyName("citations")]
    public IReadOnlyList<JsonElement>? Citations { get; init; }
}

/// <summary>What the model reasoned before it went on.</summary>
internal sealed record ThinkingBlock() : MessagesBlock("thinking")
{
    /// <summary>
    /// Stands where Anthropic's service signs. Nothing is signed here, and none is checked when a client sends the block back; it is not empty,
    /// because clients take an empty one for a block that was cut.
    /// </summary>
    public const string NoSignature = "unsigned";

    [JsonPropertyName("thinking")]
    public required string Thinking { get; init; }

    [JsonPropertyName("signature")]
    public required string Signature { get; init; }
}

/// <summary>A call that the model asks its client for.</summary>
internal sealed record ToolUseBlock() : MessagesBlock("tool_use")
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>An object; an empty one when the model's text is none, as after an answer that was cut.</summary>
    [JsonPropertyName("input")]
    public required JsonElement Input { get; init; }
}
