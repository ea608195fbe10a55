using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Tools;

/// <summary>Structured content of <c>tokenize</c>. Its output schema is in <see cref="TokenizeTool"/>.</summary>
internal sealed class TokenizeResult
{
    /// <summary>Ids, in order.</summary>
    [JsonPropertyName("tokens")]
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>How many there are.</summary>
    [JsonPropertyName("count")]
    public required int Count { get; init; }
}

/// <summary>Structured content of <c>count_tokens</c>. Its output schema is in <see cref="CountTokensTool"/>.</summary>
internal sealed class TokenCount
{
    /// <summary>How many there are.</summary>
    [JsonPropertyName("count")]
    public required int Count { get; init; }
}
