using System.Globalization;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>Escapes of regular expressions that stand for one character. Stateless; any thread.</summary>
internal static class RegexEscapes
{
    /// <summary>
    /// Reads an escape.
    /// </summary>
    /// <param name="source">The regular expression.</param>
    /// <param name="at">Place of the backslash; behind the escape afterwards.</param>
    /// <param name="point">The character.</param>
    /// <returns>False, with the place unchanged, when there is no such escape.</returns>
    public static bool TryRead(string source, ref int at, out int point)
    {
        int start = at;
        char kind = source[at + 1];
        at += 2;
        point = kind switch
        {
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            '0' => 0,
            'x' => Hex(source, ref at, 2),
            'u' => Unit(source, ref at),
            'c' => at < source.Length && char.IsAsciiLetter(source[at]) ? source[at++] % 32 : -1,
            _ => char.IsAsciiLetterOrDigit(kind) || char.IsSurrogate(kind) ? -1 : kind,
        };
        if (point < 0)
        {
            at = start;
            return false;
        }

        return true;
    }

    /// <summary>Four digits, two halves of a pair, or any number of digits in braces.</summary>
    private static int Unit(string source, ref int at)
    {
        if (at < source.Length && source[at] == '{')
        {
            int end = source.IndexOf('}', at);
            int length = end - at - 1;
            if (end < 0 || length is < 1 or > 6)
            {
                return -1;
            }

            at++;
            int point = Hex(source, ref at, length);
            at++;
            return point is > 0x10FFFF or (>= 0xD800 and <= 0xDFFF) ? -1 : point;
        }

        int first = Hex(source, ref at, 4);
        if (first is >= 0xD800 and <= 0xDBFF && source.AsSpan(at).StartsWith("\\u", StringComparison.Ordinal))
        {
            at += 2;
            int second = Hex(source, ref at, 4);
            return second is >= 0xDC00 and <= 0xDFFF ? char.ConvertToUtf32((char)first, (char)second) : -1;
        }

        return first is >= 0xD800 and <= 0xDFFF ? -1 : first;
    }

    private static int Hex(string source, ref int at, int digits)
    {
        if (at + digits > source.Length || !int.TryParse(source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            return -1;
        }

        at += digits;
        return value;
    }
}
