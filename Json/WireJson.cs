using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MistralServe.Json;

/// <summary>
/// Writes records as they go over the wire: text as UTF-8 and not as \u escapes, except beyond the basic plane. Safe because every answer is
/// declared as JSON with nosniff, so that no browser reads it as HTML. It still escapes U+0085, U+2028 and U+2029, on which some clients
/// split lines. Any thread.
/// </summary>
internal static class WireJson
{
    /// <summary>How writers of the wire are made. The writer's, not the contract's: code that only writes works with default contracts alone.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A record as UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A record of REST by the contract of the type that it is.</summary>
    public static void WriteMember(Utf8JsonWriter writer, object value) =>
        JsonSerializer.Serialize(writer, value, OpenAiJsonContext.Default.GetTypeInfo(value.GetType())!);

    /// <summary>A record as an element of another.</summary>
    public static JsonElement ToElement<T>(T value, JsonTypeInfo<T> type) => ToElement(Write(value, type));

    /// <summary>What was written as an element of a record.</summary>
    public static JsonElement ToElement(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return JsonElement.ParseValue(ref reader);
    }
}
