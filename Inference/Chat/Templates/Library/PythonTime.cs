using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Python's <c>strftime</c> for a local time without zone, in English.</summary>
internal static class PythonTime
{
    /// <summary>The formatted time; a directive that is unknown stays as it is.</summary>
    public static StringValue Format(TemplateBudget budget, DateTimeOffset now, StringValue format)
    {
        var builder = new TextBuilder(budget);
        string text = format.Text;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%' || i + 1 >= text.Length)
            {
                builder.Append(format, i, i + 1);
                continue;
            }

            bool bare = text[i + 1] == '-' && i + 2 < text.Length;
            char directive = text[i + (bare ? 2 : 1)];
            string? value = Expand(directive, now);
            if (value is null)
            {
                builder.Append(format, i, i + 1);
                continue;
            }

            builder.Append(bare && value.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : bare ? value[^1..] : value);
            i += bare ? 2 : 1;
        }

        return builder.ToValue();
    }

    private static string? Expand(char directive, DateTimeOffset now) => directive switch
    {
        'Y' => Net(now, "yyyy"),
        'y' => Net(now, "yy"),
        'm' => Net(now, "MM"),
        'd' => Net(now, "dd"),
        'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'H' => Net(now, "HH"),
        'I' => Net(now, "hh"),
        'M' => Net(now, "mm"),
        'S' => Net(now, "ss"),
        'f' => Net(now, "ffffff"),
        'p' => now.Hour < 12 ? "AM" : "PM",
        'A' => Net(now, "dddd"),
        'a' => Net(now, "ddd"),
        'B' => Net(now, "MMMM"),
        'b' or 'h' => Net(now, "MMM"),
        'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'U' => ((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7).ToString("00", CultureInfo.InvariantCulture),
        'W' => ((now.DayOfYear + 6 - ((int)now.DayOfWeek + 6) % 7) / 7).ToString("00", CultureInfo.InvariantCulture),
        'V' => ISOWeek.GetWeekOfYear(now.DateTime).ToString("00", CultureInfo.InvariantCulture),
        'G' => ISOWeek.GetYear(now.DateTime).ToString(CultureInfo.InvariantCulture),
        'F' => Net(now, "yyyy-MM-dd"),
        'T' or 'X' => Net(now, "HH:mm:ss"),
        'R' => Net(now, "HH:mm"),
        'D' or 'x' => Net(now, "MM/dd/yy"),
        'c' => Net(now, "ddd MMM ") + Expand('e', now) + Net(now, " HH:mm:ss yyyy"),
        'z' or 'Z' => "",
        's' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Net(DateTimeOffset now, string format) => now.ToString(format.Replace("/", "'/'", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
