using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.OpenAi.Messages;

/// <summary>The input of a call as an object.</summary>
internal static class ToolInput
{
    /// <summary>No input.</summary>
    public static JsonElement Empty { get; } = Parse("{}"u8);

    /// <summary>The object that the text is; an empty one when it is none.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonText.MaxDepth });
        try
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object && reader.BytesConsumed == json.Length && JsonText.IsWellFormed(document.RootElement))
            {
                return document.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // A call that was cut: its client sees that from the stop reason.
        }

        return JsonDocument.Parse("{}").RootElement.Clone();
    }
}
