using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.OpenAi;

/// <summary>JSON values made of text.</summary>
internal static class TextElement
{
    /// <summary>A JSON string.</summary>
    public static JsonElement From(string text) => WireJson.ToElement(text, OpenAiJsonContext.Default.String);
}
