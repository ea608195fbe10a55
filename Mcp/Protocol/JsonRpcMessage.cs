using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>
/// One JSON-RPC message. Its elements belong to the parsed document and live as long as that.
/// </summary>
internal readonly record struct JsonRpcMessage
{
    private static readonly SearchValues<byte> IntegerBytes = SearchValues.Create("-0123456789"u8);

    /// <summary>What the message is; the other members follow from it.</summary>
    public JsonRpcMessageKind Kind { get; private init; }

    /// <summary>
    /// The id, a string or an integer of any size; <see cref="JsonValueKind.Undefined"/> when absent or unusable. An invalid
    /// message can have one: its error carries it.
    /// </summary>
    public JsonElement Id { get; private init; }

    /// <summary>The method; empty when the message has none.</summary>
    public string Method { get; private init; }

    /// <summary>The parameters, an object; <see cref="JsonValueKind.Undefined"/> when absent or null.</summary>
    public JsonElement Params { get; private init; }

    /// <summary>Tells what a value is. Never fails: what is no message has the kind <see cref="JsonRpcMessageKind.Invalid"/>.</summary>
    public static JsonRpcMessage Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return new() { Method = "" };
        }

        bool hasId = value.TryGetProperty("id"u8, out JsonElement id);
        JsonElement usableId = hasId && IsUsableId(id) ? id : default;
        JsonRpcMessage invalid = new() { Id = usableId, Method = "" };

        if (!value.TryGetProperty("jsonrpc"u8, out JsonElement version)
            || version.ValueKind != JsonValueKind.String
            || !version.ValueEquals("2.0"u8)
            || (hasId && usableId.ValueKind == JsonValueKind.Undefined))
        {
            return invalid;
        }

        if (value.TryGetProperty("params"u8, out JsonElement parameters)
            && parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return invalid;
        }

        if (!value.TryGetProperty("method"u8, out JsonElement method))
        {
            bool isResponse = value.TryGetProperty("result"u8, out _) || value.TryGetProperty("error"u8, out _);
            return isResponse ? invalid with { Kind = JsonRpcMessageKind.Response } : invalid;
        }

        return method.ValueKind != JsonValueKind.String
            ? invalid
            : new()
            {
                Kind = hasId ? JsonRpcMessageKind.Request : JsonRpcMessageKind.Notification,
                Id = usableId,
                Method = method.GetString()!,
                Params = parameters.ValueKind == JsonValueKind.Object ? parameters : default,
            };
    }

    /// <summary>A member of the parameters; <see cref="JsonValueKind.Undefined"/> when there is none of that name.</summary>
    public JsonElement Param(ReadOnlySpan<byte> name) => Member(Params, name);

    /// <summary>A member of the parameters' <c>_meta</c>; <see cref="JsonValueKind.Undefined"/> when there is none.</summary>
    public JsonElement Meta(ReadOnlySpan<byte> name) => Member(Param("_meta"u8), name);

    /// <summary>The progress token, a string or an integer of any size; <see cref="JsonValueKind.Undefined"/> when there is no usable one.</summary>
    public JsonElement ProgressToken => Meta(MetaKeys.ProgressToken) is var token && IsUsableId(token) ? token : default;

    private static JsonElement Member(JsonElement container, ReadOnlySpan<byte> name) =>
        container.ValueKind == JsonValueKind.Object && container.TryGetProperty(name, out JsonElement value) ? value : default;

    // MCP narrows JSON-RPC: never null, never a fraction. An integer is judged by its token, because ids beyond 64 bits
    // are echoed like any other.
    private static bool IsUsableId(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => true,
        JsonValueKind.Number => JsonMarshal.GetRawUtf8Value(id).IndexOfAnyExcept(IntegerBytes) < 0,
        _ => false,
    };
}
