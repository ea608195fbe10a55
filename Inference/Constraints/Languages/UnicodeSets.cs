using System.Globalization;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>Sets of code points that regular expressions have names for. Immutable; any thread.</summary>
internal static class UnicodeSets
{
    private static readonly Lazy<CodePointSet[]> Categories = new(FindCategories);

    /// <summary>\d of ECMAScript.</summary>
    public static CodePointSet Digits { get; } = CodePointSet.Of(('0', '9'));

    /// <summary>\w of ECMAScript.</summary>
    public static CodePointSet Word { get; } = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>\s of ECMAScript: WhiteSpace and LineTerminator.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Of(
        (9, 13), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>The dot of ECMAScript: all but LineTerminator.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)).Complement();

    /// <summary>
    /// A general category, by its short or long name.
    /// </summary>
    /// <returns>Null when there is no such category.</returns>
    public static CodePointSet? Category(string name)
    {
        string value = name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name.StartsWith("General_Category=", StringComparison.Ordinal) ? name[17..] : name;
        if (value is "Any")
        {
            return CodePointSet.All;
        }

        if (value is "ASCII")
        {
            return CodePointSet.Of((0, 0x7F));
        }

        string? members = Members(value);
        if (members is null)
        {
            return null;
        }

        CodePointSet set = CodePointSet.None;
        foreach (string member in members.Split(' '))
        {
            set = set.Union(Categories.Value[Array.IndexOf(Order, member)]);
        }

        return set;
    }

    // In the order of UnicodeCategory.
    private static readonly string[] Order =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static string? Members(string name) => name switch
    {
        "L" or "Letter" => "Lu Ll Lt Lm Lo",
        "LC" or "Cased_Letter" => "Lu Ll Lt",
        "M" or "Mark" => "Mn Mc Me",
        "N" or "Number" => "Nd Nl No",
        "Z" or "Separator" => "Zs Zl Zp",
        "C" or "Other" => "Cc Cf Cs Co Cn",
        "P" or "Punctuation" or "punct" => "Pc Pd Ps Pe Pi Pf Po",
        "S" or "Symbol" => "Sm Sc Sk So",
        "Uppercase_Letter" => "Lu",
        "Lowercase_Letter" => "Ll",
        "Titlecase_Letter" => "Lt",
        "Modifier_Letter" => "Lm",
        "Other_Letter" => "Lo",
        "Decimal_Number" or "digit" => "Nd",
        "Letter_Number" => "Nl",
        "Other_Number" => "No",
        "Space_Separator" => "Zs",
        "Control" or "cntrl" => "Cc",
        "Dash_Punctuation" => "Pd",
        "Math_Symbol" => "Sm",
        "Currency_Symbol" => "Sc",
        _ => Array.IndexOf(Order, name) >= 0 ? name : null,
    };

    private static CodePointSet[] FindCategories()
    {
        var ranges = new List<(int, int)>[Order.Length];
        for (int i = 0; i < ranges.Length; i++)
        {
            ranges[i] = [];
        }

        int start = 0;
        for (int point = 1; point <= CodePointSet.Last + 1; point++)
        {
            if (point > CodePointSet.Last || CharUnicodeInfo.GetUnicodeCategory(point) != CharUnicodeInfo.GetUnicodeCategory(start))
            {
                ranges[(int)CharUnicodeInfo.GetUnicodeCategory(start)].Add((start, point - 1));
                start = point;
            }
        }

        return Array.ConvertAll(ranges, list => CodePointSet.Of([.. list]));
    }
}
