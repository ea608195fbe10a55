using System.Globalization;
using System.Text;

namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Numbers and strings as a template's expressions write them: as in Python. Stateless. Source: jinja2 3.1, lexer.</summary>
internal static class TemplateLiterals
{
    /// <summary>
    /// Finds where a number ends.
    /// </summary>
    /// <param name="source">The template.</param>
    /// <param name="start">Its first digit.</param>
    public static (int End, bool IsFloat) FindNumberEnd(string source, int start)
    {
        int end = SkipDigits(source, start);
        char marker = end == start + 1 && source[start] == '0' && end < source.Length ? char.ToLowerInvariant(source[end]) : '\0';
        if (marker is 'x' or 'o' or 'b')
        {
            end++;
            while (end < source.Length && (char.IsAsciiHexDigit(source[end]) || source[end] == '_'))
            {
                end++;
            }

            return (end, false);
        }

        // "1.items" is a number and an attribute; after a dot "1.2" is two integers.
        if (start > 0 && source[start - 1] == '.')
        {
            return (end, false);
        }

        bool isFloat = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            isFloat = true;
            end = SkipDigits(source, end + 1);
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            int exponent = end + 1;
            exponent += exponent < source.Length && source[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                return (SkipDigits(source, exponent), true);
            }
        }

        return (end, isFloat);
    }

    /// <summary>The text that a string stands for, given what is between its quotes. An unknown escape keeps its backslash; null when one is broken.</summary>
    public static string? Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            char escape = text[++i];
            int simple = "abfnrtv\\'\"".IndexOf(escape, StringComparison.Ordinal);
            if (simple >= 0)
            {
                result.Append("\a\b\f\n\r\t\v\\'\""[simple]);
            }
            else if (escape is 'x' or 'u' or 'U')
            {
                int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                if (!TryAppendCodePoint(result, text, i + 1, digits))
                {
                    return null;
                }

                i += digits;
            }
            else if (escape is >= '0' and <= '7')
            {
                int value = 0, length = 0;
                while (length < 3 && i + length < text.Length && text[i + length] is >= '0' and <= '7')
                {
                    value = value * 8 + text[i + length++] - '0';
                }

                result.Append((char)value);
                i += length - 1;
            }
            else if (escape != '\n')
            {
                result.Append('\\').Append(escape);
            }
        }

        return result.ToString();
    }

    private static bool TryAppendCodePoint(StringBuilder result, string text, int start, int digits)
    {
        if (start + digits > text.Length
            || !int.TryParse(text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, null, out int value)
            || value is < 0 or > 0x10FFFF)
        {
            return false;
        }

        if (value <= char.MaxValue)
        {
            result.Append((char)value);
        }
        else
        {
            result.Append(char.ConvertFromUtf32(value));
        }

        return true;
    }

    private static int SkipDigits(string source, int i)
    {
        while (i < source.Length && (char.IsAsciiDigit(source[i]) || (source[i] == '_' && i + 1 < source.Length && char.IsAsciiDigit(source[i + 1]))))
        {
            i++;
        }

        return i;
    }
}
