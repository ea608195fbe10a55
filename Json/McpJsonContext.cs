using System.Text.Json.Serialization;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Json;

/// <summary>
/// Everything that the MCP port writes. It reads nothing through a serializer: requests are inspected as documents, because
/// ids and arguments are needed as the tokens they were. Only the code that writes: the contracts of a serializer that could read, too, are
/// several kilobytes a record.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
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
internal sealed partial class McpJsonContext : JsonSerializerContext;
