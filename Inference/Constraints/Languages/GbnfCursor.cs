using System.Globalization;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>A place in the text of a grammar, with the first problem found. Belongs to one parser.</summary>
/// <param name="source">The text.</param>
internal sealed class GbnfCursor(string source)
{
    /// <summary>Offset in UTF-16 units.</summary>
    public int At { get; set; }

    /// <summary>The first problem, with line and column; null when there is none.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether there is no more to read, also because of a problem.</summary>
    public bool IsAtEnd => Problem is not null || At >= source.Length;

    /// <summary>The character here; NUL at the end. A NUL in the text is no character of the language either.</summary>
    public char Current => IsAtEnd ? '\0' : source[At];

    /// <summary>Whether a text comes here.</summary>
    public bool Sees(string text) => !IsAtEnd && string.CompareOrdinal(source, At, text, 0, text.Length) == 0;

    /// <summary>Goes past a text if it comes here.</summary>
    public bool Skip(string text)
    {
        if (!Sees(text))
        {
            return false;
        }

        At += text.Length;
        return true;
    }

    /// <summary>Goes past white space and comments.</summary>
    /// <param name="newLines">Whether line ends are white space.</param>
    public void SkipSpace(bool newLines)
    {
        while (!IsAtEnd)
        {
            char current = source[At];
            if (current == '#')
            {
                while (At < source.Length && source[At] is not ('\r' or '\n'))
                {
                    At++;
                }
            }
            else if (current is ' ' or '\t' || (newLines && current is '\r' or '\n'))
            {
                At++;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Reads the name of a rule; empty when none comes.</summary>
    public string Name()
    {
        int start = At;
        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(source[At]) || source[At] is '-' or '_'))
        {
            At++;
        }

        return source[start..At];
    }

    /// <summary>Reads digits; null, with a problem, when none come or they are too many.</summary>
    public int? Number()
    {
        int start = At;
        while (!IsAtEnd && char.IsAsciiDigit(source[At]))
        {
            At++;
        }

        if (int.TryParse(source.AsSpan(start, At - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        int end = At;
        At = start;
        Fail(end == start ? "a number is expected" : $"a number above {int.MaxValue}");
        return null;
    }

    /// <summary>Reads one character of a literal or class, escaped or not; 0 with a problem.</summary>
    public int Point()
    {
        if (IsAtEnd)
        {
            return 0;
        }

        if (source[At] != '\\')
        {
            int point = char.IsSurrogatePair(source, At) ? char.ConvertToUtf32(source, At) : source[At];
            At += point > 0xFFFF ? 2 : 1;
            return point;
        }

        char kind = At + 1 < source.Length ? source[At + 1] : '\0';
        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            return Hex(digits);
        }

        int value = kind switch { 't' => '\t', 'r' => '\r', 'n' => '\n', '\\' or '"' or '[' or ']' or '-' or '^' or '/' => kind, _ => -1 };
        if (value < 0)
        {
            Fail("an unknown escape");
            return 0;
        }

        At += 2;
        return value;
    }

    /// <summary>The text between two places.</summary>
    public string Slice(int start, int end) => source[start..end];

    /// <summary>Place of a text from here on; -1 when it doesn't come.</summary>
    public int Find(string text) => source.IndexOf(text, At, StringComparison.Ordinal);

    /// <summary>Notes a problem here; the first one counts.</summary>
    /// <param name="what">What is wrong, to follow "The grammar is wrong at line 1, column 1:".</param>
    public void Fail(string what)
    {
        if (Problem is not null)
        {
            return;
        }

        int at = Math.Min(At, source.Length);
        int line = source.AsSpan(0, at).Count('\n') + 1;
        int column = at - source.LastIndexOf('\n', Math.Max(at - 1, 0), Math.Max(at, 0));
        Problem = $"The grammar is wrong at line {line}, column {column}: {what}.";
    }

    private int Hex(int digits)
    {
        if (At + 2 + digits > source.Length
            || !int.TryParse(source.AsSpan(At + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int point)
            || point is < 0 or > 0x10FFFF)
        {
            Fail($"{digits} hexadecimal digits of a character are expected");
            return 0;
        }

        At += 2 + digits;
        return point;
    }
}
