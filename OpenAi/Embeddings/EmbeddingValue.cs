using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>A vector as it is written: an array of numbers, or a string of base64.</summary>
/// <param name="vector">The floats.</param>
/// <param name="asBase64">Which of the two.</param>
[JsonConverter(typeof(EmbeddingValueConverter))]
internal sealed class EmbeddingValue(float[] vector, bool asBase64)
{
    /// <summary>The floats.</summary>
    public ReadOnlySpan<float> Vector => vector;

    /// <summary>Which of the two.</summary>
    public bool AsBase64 { get; } = asBase64;
}

/// <summary>Writes an <see cref="EmbeddingValue"/>; nothing reads one.</summary>
internal sealed class EmbeddingValueConverter : JsonConverter<EmbeddingValue>
{
    /// <inheritdoc/>
    public override EmbeddingValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("embeddings are written only");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EmbeddingValue value, JsonSerializerOptions options)
    {
        ReadOnlySpan<float> vector = value.Vector;
        if (value.AsBase64)
        {
            // Clients read little-endian floats; every processor that the native libraries exist for stores them so.
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(vector));
            return;
        }

        writer.WriteStartArray();
        foreach (float number in vector)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
