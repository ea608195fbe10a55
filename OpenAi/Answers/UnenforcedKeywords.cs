using System.Text;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// Tells a client which keywords of its tools' schemas the answer is not held to: where the model may choose whether to call a tool, what
/// cannot be enforced is left out instead of refused.
/// </summary>
internal static class UnenforcedKeywords
{
    /// <summary>The header: <c>tools[0].function.parameters#/properties/days:uniqueItems</c>, several with commas between.</summary>
    public const string Header = "x-unenforced-keywords";

    // Ours: clients and proxies refuse heads of answers beyond 8 to 16 KiB.
    private const int MaxLength = 2048;

    /// <summary>Adds the header, unless there is nothing to tell. Before the answer begins.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="keywords">Field, path and keyword of each.</param>
    public static void AddTo(IHeaderDictionary headers, IReadOnlyList<string> keywords)
    {
        var value = new StringBuilder();
        foreach (string keyword in keywords)
        {
            string entry = Encode(keyword);
            if (value.Length + entry.Length + 2 > MaxLength)
            {
                // The log has them all.
                value.Append(", ...");
                break;
            }

            value.Append(value.Length > 0 ? ", " : "").Append(entry);
        }

        if (value.Length > 0)
        {
            headers[Header] = value.ToString();
        }
    }

    // Names of properties are any text: as in the fragment of a URI.
    private static string Encode(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(text.Replace(": ", ":", StringComparison.Ordinal)))
        {
            if (value is > (byte)' ' and < 0x7F and not (byte)',' and not (byte)'%')
            {
                result.Append((char)value);
            }
            else
            {
                result.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
