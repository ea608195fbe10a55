using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Json;

/// <summary>
/// Everything that the MCP port writes. It reads nothing through a serializer: requests are inspected as documents, because
/// ids and arguments are needed as the tokens they were.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InitializeResult))]
[JsonSerializable(typeof(DiscoverResult))]
[JsonSerializable(typeof(ListToolsResult))]
[JsonSerializable(typeof(CallToolResult))]
[JsonSerializable(typeof(PingResult))]
[JsonSerializable(typeof(UnsupportedVersionData))]
[JsonSerializable(typeof(MissingCapabilityData))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(EmbedResult))]
[JsonSerializable(typeof(RerankToolResult))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(ChatReplyWithCalls))]
internal sealed partial class McpJsonContext : JsonSerializerContext
{
    /// <summary>For JSON that becomes the text of a block, and is escaped again: without escapes of its own that readers would have to see.</summary>
    public static McpJsonContext Text { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
