using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>tools/list</c>: all tools on one page, hence never a <c>nextCursor</c>.</summary>
internal sealed record ListToolsResult : CacheableResult
{
    /// <summary>The tools in order of registration; empty when the model can do nothing.</summary>
    [JsonPropertyName("tools")]
    public required IReadOnlyList<ToolDefinition> Tools { get; init; }
}
