using System.Globalization;
using System.Text;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>Texts as JSON writes them, in the one spelling that the grammar has for given texts. Stateless.</summary>
internal static class JsonText
{
    /// <summary>A text with quotes: escapes only for quote, backslash and control characters, the short ones where there are.</summary>
    /// <param name="text">Without lone surrogates.</param>
    public static string Quote(string text)
    {
        StringBuilder quoted = new("\"", text.Length + 2);
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
