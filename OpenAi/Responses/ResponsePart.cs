using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Responses;

/// <summary>A part of an item's content. Immutable.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(InputTextPart), "input_text")]
[JsonDerivedType(typeof(OutputTextPart), "output_text")]
[JsonDerivedType(typeof(RefusalPart), "refusal")]
[JsonDerivedType(typeof(ReasoningTextPart), "reasoning_text")]
[JsonDerivedType(typeof(SummaryTextPart), "summary_text")]
internal abstract record ResponsePart
{
    /// <summary>The text, whatever its key is.</summary>
    [JsonIgnore]
    public abstract string Content { get; }
}

/// <summary>Text from the client.</summary>
internal sealed record InputTextPart([property: JsonPropertyName("text")] string Text) : ResponsePart
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>Text from the model.</summary>
internal sealed record OutputTextPart([property: JsonPropertyName("text")] string Text) : ResponsePart
{
    /// <summary>Always empty: nothing here cites. The key is required.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyList<JsonElement> Annotations { get; } = [];

    /// <summary>Of the text's tokens, when they were asked for; else empty.</summary>
    [JsonPropertyName("logprobs")]
    public IReadOnlyList<ResponseLogProbability> LogProbabilities { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>A refusal that a client sends back.</summary>
internal sealed record RefusalPart([property: JsonPropertyName("refusal")] string Refusal) : ResponsePart
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Refusal;
}

/// <summary>Text of reasoning.</summary>
internal sealed record ReasoningTextPart([property: JsonPropertyName("text")] string Text) : ResponsePart
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}

/// <summary>A summary of reasoning that a client sends back; this server writes none.</summary>
internal sealed record SummaryTextPart([property: JsonPropertyName("text")] string Text) : ResponsePart
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Content => Text;
}
