using System.Text.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>When a JSON array of messages is taken, the same for every transport.</summary>
internal static class BatchRules
{
    // Origin: ours. Over HTTP a batch is served one by one and holds one place in the queue at a time; the bound keeps it short.
    private const int MaxEntries = 32;

    /// <summary>
    /// Reads the messages of a batch.
    /// </summary>
    /// <param name="array">The array.</param>
    /// <param name="version">Revision that the client is taken to speak; null when it is not one.</param>
    /// <returns>The messages, invalid ones among them; or why there are none.</returns>
    public static (JsonRpcMessage[] Messages, McpError? Error) Read(JsonElement array, string? version)
    {
        if (version is null || !ProtocolVersions.AllowsBatches(version))
        {
            return ([], new(McpErrorKind.InvalidRequest, "Invalid request: this protocol version has no batches."));
        }

        if (array.GetArrayLength() is 0 or > MaxEntries)
        {
            return ([], new(McpErrorKind.InvalidRequest, $"Invalid request: a batch has 1 to {MaxEntries} entries."));
        }

        JsonRpcMessage[] messages = [.. array.EnumerateArray().Select(JsonRpcMessage.Read)];
        return messages.Any(message => message.Method == "initialize")
            ? ([], new(McpErrorKind.InvalidRequest, "Invalid request: initialize must not be part of a batch."))
            : (messages, null);
    }
}
