using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.Json;

/// <summary>
/// Writes a record of a family whose members are told apart by <c>type</c>, as the member that it is. The serializer's own way needs
/// contracts with all their metadata, of every member. Any thread.
/// </summary>
/// <typeparam name="T">The family's base; each member is listed in <see cref="OpenAiJsonContext"/>.</typeparam>
internal sealed class FamilyConverter<T> : JsonConverter<T>
    where T : class
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("families are written only");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => WireJson.WriteMember(writer, value);
}
