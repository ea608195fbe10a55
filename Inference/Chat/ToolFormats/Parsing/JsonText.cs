using System.Globalization;
using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>Reads JSON strings in pieces of documents. Stateless.</summary>
internal static class JsonText
{
    /// <summary>The text of a JSON string.</summary>
    /// <param name="json">The string with its quotes, which <see cref="JsonScanner"/> has accepted. Lone surrogates become U+FFFD.</param>
    public static string Decode(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> inside = json[1..^1];
        if (!inside.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(inside);
        }

        var text = new StringBuilder(inside.Length);
        while (!inside.IsEmpty)
        {
            int escape = inside.IndexOf((byte)'\\');
            text.Append(Encoding.UTF8.GetString(escape < 0 ? inside : inside[..escape]));
            if (escape < 0)
            {
                break;
            }

            inside = inside[escape..];
            bool unicode = inside[1] == 'u';
            text.Append(inside[1] switch
            {
                (byte)'u' => (char)ushort.Parse(Encoding.ASCII.GetString(inside.Slice(2, 4)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                (byte)'n' => '\n',
                (byte)'t' => '\t',
                (byte)'r' => '\r',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                byte other => (char)other,
            });
            inside = inside[(unicode ? 6 : 2)..];
        }

        // Round trip: pairs stay, lone surrogates are replaced.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
