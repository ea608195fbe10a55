using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>
/// Results and errors to whole JSON-RPC messages: compact, one line, for any transport.
/// </summary>
internal static class JsonRpcWriter
{
    /// <summary>The answer to a request that succeeded.</summary>
    /// <param name="id">The request's id, echoed as the token it was.</param>
    /// <param name="result">One of the results that <see cref="McpJsonContext"/> knows.</param>
    public static ReadOnlyMemory<byte> Result(JsonElement id, McpResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.Options))
        {
            WriteStart(writer, id);
            writer.WritePropertyName("result"u8);
            JsonSerializer.Serialize(writer, result, McpJsonContext.Default.GetTypeInfo(result.GetType())!);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The answer to a message that failed.</summary>
    /// <param name="id">The request's id; <see cref="JsonValueKind.Undefined"/> leaves it out.</param>
    /// <param name="error">What went wrong.</param>
    public static ReadOnlyMemory<byte> Error(JsonElement id, McpError error) =>
        Error(id, McpErrorCodes.Of(error.Kind), error.Message, error.Data);

    /// <summary>The same for a refusal that precedes any message.</summary>
    /// <param name="id">The request's id; <see cref="JsonValueKind.Undefined"/> leaves it out.</param>
    /// <param name="code">JSON-RPC code.</param>
    /// <param name="message">A sentence for the caller.</param>
    /// <param name="data">The error's <c>data</c>; null leaves it out.</param>
    public static ReadOnlyMemory<byte> Error(JsonElement id, int code, string message, JsonElement? data = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.Options))
        {
            WriteStart(writer, id);
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, code);
            writer.WriteString("message"u8, message);
            if (data is { } element)
            {
                writer.WritePropertyName("data"u8);
                element.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A <c>notifications/progress</c>.</summary>
    /// <param name="token">The client's progress token, echoed as it came.</param>
    /// <param name="progress">Above that of the notification before.</param>
    /// <param name="total">What it rises to; null leaves it out.</param>
    /// <param name="message">Text for the reader; null leaves it out.</param>
    public static ReadOnlyMemory<byte> Progress(JsonElement token, double progress, double? total, string? message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteString("method"u8, "notifications/progress"u8);
            writer.WriteStartObject("params"u8);
            writer.WritePropertyName("progressToken"u8);
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(token), skipInputValidation: true);
            writer.WriteNumber("progress"u8, progress);
            if (total is { } value)
            {
                writer.WriteNumber("total"u8, value);
            }

            if (message is not null)
            {
                writer.WriteString("message"u8, message);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Whole messages as one JSON array, the answer to a batch.</summary>
    public static ReadOnlyMemory<byte> Array(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        for (int i = 0; i < messages.Count; i++)
        {
            buffer.Write(i == 0 ? "["u8 : ","u8);
            buffer.Write(messages[i].Span);
        }

        buffer.Write("]"u8);
        return buffer.WrittenMemory;
    }

    private static void WriteStart(Utf8JsonWriter writer, JsonElement id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        if (id.ValueKind != JsonValueKind.Undefined)
        {
            // Not through the serializer: an id beyond 64 bits, or an escape in a string, comes back as it was sent.
            writer.WritePropertyName("id"u8);
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(id), skipInputValidation: true);
        }
    }
}
