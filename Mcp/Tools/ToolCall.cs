using System.Text.Json;

namespace MistralServe.Mcp.Tools;

/// <summary>What a tool is called with.</summary>
/// <param name="Arguments">An object, empty when the client sent none; values are not checked yet. Valid until the call ends.</param>
/// <param name="Principal">Who calls (key name); empty when no keys are configured.</param>
internal sealed record ToolCall(JsonElement Arguments, string Principal)
{
    /// <summary>What a modern client says it can do, an object; <see cref="JsonValueKind.Undefined"/> for a legacy one, whose handshake said it.</summary>
    public JsonElement ClientCapabilities { get; init; }
}
