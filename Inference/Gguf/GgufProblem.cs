using System.Globalization;
using System.Text;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Why a file is not taken as a model.
/// </summary>
/// <param name="Message">One sentence for the operator, without the file's path; says at which byte where there is one.</param>
/// <param name="Offset">Byte of the file at which the problem was found; 0 when the file could not be read at all.</param>
internal sealed record GgufProblem(string Message, long Offset)
{
    /// <summary>Most characters of a name from the file that a message repeats. Ours: the longest tensor name fits.</summary>
    private const int LongestQuote = 64;

    /// <summary>A byte count or offset as messages write it, for example <c>1,024</c>.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Number(long)"/>
    public static string Number(ulong value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A name out of the file, cut and with control characters replaced: the file's author must not write to the terminal.</summary>
    public static string Quote(string name)
    {
        StringBuilder text = new();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, LongestQuote)))
        {
            text.Append(char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator ? '?' : c);
        }

        return name.Length > LongestQuote ? text.Append('…').ToString() : text.ToString();
    }
}
