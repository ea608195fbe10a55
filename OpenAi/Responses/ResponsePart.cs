using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>A part of an item's content. Immutable.</summary>
/// <param name="type">Tells the members of the family apart.</param>
[JsonConverter(typeof(FamilyConverter<ResponsePart>))]
internal abstract class ResponsePart(string type)
{
    /// <summary>Tells the members of the family apart.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-1)]
    public string Type { get; } = type;

    /// <summary>The text, whatever its key is.</summary>
    [JsonIgnore]
    public abstract string Content { get; }
}

/// <summary>Text from the client.</summary>
internal sealed class InputTextPart(string text) : ResponsePart("input_text")
{
    [JsonPropertyName("text")]
    public string Text { get; } = text;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>Text from the model.</summary>
internal sealed class OutputTextPart(string text) : ResponsePart("output_text")
{
    [JsonPropertyName("text")]
    public string Text { get; } = text;

    /// <summary>Always empty: nothing here cites. The key is required.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyList<JsonElement> Annotations { get; } = [];

    /// <summary>Of the text's tokens, when they were asked for; else empty.</summary>
    [JsonPropertyName("logprobs")]
    public IReadOnlyList<ChatTokenLogProbability> LogProbabilities { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>A refusal that a client sends back.</summary>
internal sealed class RefusalPart(string refusal) : ResponsePart("refusal")
{
    [JsonPropertyName("refusal")]
    public string Refusal { get; } = refusal;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Refusal;
}

/// <summary>Text of reasoning.</summary>
internal sealed class ReasoningTextPart(string text) : ResponsePart("reasoning_text")
{
    [JsonPropertyName("text")]
    public string Text { get; } = text;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>A summary of reasoning that a client sends back; this server writes none.</summary>
internal sealed class SummaryTextPart(string text) : ResponsePart("summary_text")
{
    [JsonPropertyName("text")]
    public string Text { get; } = text;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}
