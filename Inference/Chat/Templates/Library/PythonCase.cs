using System.Text;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Upper and lower case as Python's <c>str</c> has them: also where one character becomes several.</summary>
internal static class PythonCase
{
    // Characters whose upper case is several characters; Greek with iota below (U+1F80…) follows a rule. Source: Unicode, SpecialCasing.
    private const string Expanding =
        "\u00DFSS \u0149\u02BCN \u01F0J\u030C \u0390\u0399\u0308\u0301 \u03B0\u03A5\u0308\u0301 \u0587\u0535\u0552 "
        + "\u1E96H\u0331 \u1E97T\u0308 \u1E98W\u030A \u1E99Y\u030A \u1E9AA\u02BE \u1F50\u03A5\u0313 "
        + "\u1F52\u03A5\u0313\u0300 \u1F54\u03A5\u0313\u0301 \u1F56\u03A5\u0313\u0342 \u1FB2\u1FBA\u0399 "
        + "\u1FB3\u0391\u0399 \u1FB4\u0386\u0399 \u1FB6\u0391\u0342 \u1FB7\u0391\u0342\u0399 \u1FBC\u0391\u0399 "
        + "\u1FC2\u1FCA\u0399 \u1FC3\u0397\u0399 \u1FC4\u0389\u0399 \u1FC6\u0397\u0342 \u1FC7\u0397\u0342\u0399 "
        + "\u1FCC\u0397\u0399 \u1FD2\u0399\u0308\u0300 \u1FD3\u0399\u0308\u0301 \u1FD6\u0399\u0342 "
        + "\u1FD7\u0399\u0308\u0342 \u1FE2\u03A5\u0308\u0300 \u1FE3\u03A5\u0308\u0301 \u1FE4\u03A1\u0313 "
        + "\u1FE6\u03A5\u0342 \u1FE7\u03A5\u0308\u0342 \u1FF2\u1FFA\u0399 \u1FF3\u03A9\u0399 \u1FF4\u038F\u0399 "
        + "\u1FF6\u03A9\u0342 \u1FF7\u03A9\u0342\u0399 \u1FFC\u03A9\u0399 \uFB00FF \uFB01FI \uFB02FL \uFB03FFI \uFB04FFL "
        + "\uFB05ST \uFB06ST \uFB13\u0544\u0546 \uFB14\u0544\u0535 \uFB15\u0544\u053B \uFB16\u054E\u0546 "
        + "\uFB17\u0544\u053D";

    private static readonly Dictionary<char, string> Uppers = CreateUppers();

    /// <summary>Upper case.</summary>
    public static StringValue ToUpper(TemplateBudget budget, StringValue text) => Map(budget, text, (value, i) => Upper(value, i));

    /// <summary>Lower case.</summary>
    public static StringValue ToLower(TemplateBudget budget, StringValue text) => Map(budget, text, Lower);

    /// <summary>The first character in upper case, the rest in lower case.</summary>
    public static StringValue Capitalize(TemplateBudget budget, StringValue text) =>
        Map(budget, text, (value, i) => i == 0 ? Title(value, i) : Lower(value, i));

    /// <summary>The other case of each character.</summary>
    public static StringValue SwapCase(TemplateBudget budget, StringValue text) =>
        Map(budget, text, (value, i) => IsUpper(value, i) ? Lower(value, i) : Upper(value, i));

    /// <summary>Each word's first letter in upper case, the rest in lower case; a word is a run of letters.</summary>
    public static StringValue ToTitle(TemplateBudget budget, StringValue text) =>
        Map(budget, text, (value, i) => i > 0 && IsCased(value, Previous(value, i)) ? Lower(value, i) : Title(value, i));

    /// <summary>Whether there are cased letters and all are upper (or lower) case.</summary>
    public static bool IsCase(string text, bool upper)
    {
        bool any = false;
        for (int i = 0; i < text.Length; i += RuneLength(text, i))
        {
            if (IsCased(text, i))
            {
                if (IsUpper(text, i) != upper)
                {
                    return false;
                }

                any = true;
            }
        }

        return any;
    }

    /// <summary>Whether the text is in title case.</summary>
    public static bool IsTitle(string text)
    {
        bool any = false, afterLetter = false;
        for (int i = 0; i < text.Length; i += RuneLength(text, i))
        {
            bool cased = IsCased(text, i);
            if (cased && IsUpper(text, i) == afterLetter)
            {
                return false;
            }

            any |= cased;
            afterLetter = cased;
        }

        return any;
    }

    /// <summary>The first character in upper case and the rest, as a text of its own, in lower case: what jinja2's filter <c>title</c> does to a word.</summary>
    public static StringValue ToTitleWord(TemplateBudget budget, StringValue word)
    {
        int first = word.Text.Length == 0 ? 0 : RuneLength(word.Text, 0);
        return new TextBuilder(budget).Append(ToUpper(budget, word.Slice(0, first))).Append(ToLower(budget, word.Slice(first, word.Text.Length))).ToValue();
    }

    private static StringValue Map(TemplateBudget budget, StringValue text, Func<string, int, string> map)
    {
        var builder = new TextBuilder(budget);
        for (int i = 0; i < text.Text.Length;)
        {
            builder.Append(map(text.Text, i), text.Input.Contains(i));
            i += RuneLength(text.Text, i);
        }

        StringValue result = builder.ToValue();
        return text.IsSafe ? Markup.Mark(result) : result;
    }

    private static string Upper(string text, int i)
    {
        char character = text[i];
        if (character < 0x80)
        {
            return Single(char.ToUpperInvariant(character));
        }

        if (Uppers.TryGetValue(character, out string? several))
        {
            return several;
        }

        return RuneAt(text, i) is { } rune ? Rune.ToUpperInvariant(rune).ToString() : Single(character);
    }

    private static string Lower(string text, int i)
    {
        char character = text[i];
        if (character < 0x80)
        {
            return Single(char.ToLowerInvariant(character));
        }

        if (character == '\u0130')
        {
            return "i\u0307";
        }

        // A sigma at the end of a word has a form of its own.
        if (character == '\u03A3')
        {
            bool final = i > 0 && IsCased(text, Previous(text, i)) && (i + 1 >= text.Length || !IsCased(text, i + 1));
            return final ? "\u03C2" : "\u03C3";
        }

        return RuneAt(text, i) is { } rune ? Rune.ToLowerInvariant(rune).ToString() : Single(character);
    }

    private static string Title(string text, int i)
    {
        // Letters that are two have a form of their own for titles, Georgian has none.
        char character = text[i];
        if (character is (>= '\u01C4' and <= '\u01CC') or (>= '\u01F1' and <= '\u01F3'))
        {
            return Single(character >= '\u01F1' ? '\u01F2' : (char)(character - (character - '\u01C4') % 3 + 1));
        }

        if (character is >= '\u10D0' and <= '\u10FF')
        {
            return Single(character);
        }

        string upper = Upper(text, i);
        return upper.Length < 2 || !char.IsLetter(upper[0]) || upper[0] == '\u02BC' ? upper : upper[0] + upper[1..].ToLowerInvariant();
    }

    private static bool IsCased(string text, int i) =>
        RuneAt(text, i) is { } rune && (Rune.IsUpper(rune) || Rune.IsLower(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.TitlecaseLetter);

    private static bool IsUpper(string text, int i) => RuneAt(text, i) is { } rune && Rune.IsUpper(rune);

    private static Rune? RuneAt(string text, int i) => Rune.TryGetRuneAt(text, i, out Rune rune) ? rune : null;

    private static int RuneLength(string text, int i) => char.IsSurrogatePair(text, i) ? 2 : 1;

    private static int Previous(string text, int i) => i > 1 && char.IsSurrogatePair(text, i - 2) ? i - 2 : i - 1;

    private static string Single(char character) => character.ToString();

    private static Dictionary<char, string> CreateUppers()
    {
        var uppers = new Dictionary<char, string>();
        foreach (string entry in Expanding.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            uppers[entry[0]] = entry[1..];
        }

        // Eight small and eight title letters with iota below for each of alpha, eta and omega, in blocks of 16.
        foreach ((char block, char capital) in new[] { ('\u1F80', '\u1F08'), ('\u1F90', '\u1F28'), ('\u1FA0', '\u1F68') })
        {
            for (int i = 0; i < 16; i++)
            {
                uppers[(char)(block + i)] = (char)(capital + i % 8) + "\u0399";
            }
        }

        return uppers;
    }
}
