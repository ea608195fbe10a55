using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace MistralServe.Json;

/// <summary>
/// Limits and checks of JSON that comes from outside. The JSON parser accepts invalid UTF-8 and unpaired surrogates inside
/// strings and fails only when such a string is read; checking the whole text once makes every later read safe.
/// </summary>
internal static class JsonText
{
    /// <summary>Deepest nesting accepted: the default of System.Text.Json; about 29 levels of a JSON schema.</summary>
    public const int MaxDepth = 64;

    /// <summary>Strict parsing: no comments, no trailing commas, depth up to <see cref="MaxDepth"/>.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>Whether all text of a parsed value is well-formed Unicode. Any thread.</summary>
    public static bool IsWellFormed(JsonElement value)
    {
        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(value);
        return Utf8.IsValid(json) && !HasUnpairedSurrogate(json);
    }

    /// <summary>Whether an escape such as <c>\ud800</c> stands without its other half.</summary>
    /// <param name="json">Syntactically valid JSON: there a backslash occurs in strings only and is never the last byte.</param>
    public static bool HasUnpairedSurrogate(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is >= 0 and var at)
        {
            json = json[at..];
            if (!TryReadEscape(json, out int unit))
            {
                json = json[2..];
                continue;
            }

            json = json[6..];
            if (char.IsLowSurrogate((char)unit))
            {
                return true;
            }

            if (char.IsHighSurrogate((char)unit))
            {
                if (!TryReadEscape(json, out int low) || !char.IsLowSurrogate((char)low))
                {
                    return true;
                }

                json = json[6..];
            }
        }

        return false;
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> json, out int unit)
    {
        unit = 0;
        return json.StartsWith("\\u"u8) && int.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out unit);
    }
}
