using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Where a text stands in a wider field.</summary>
internal enum TextAlignment
{
    /// <summary>At the left.</summary>
    Left,

    /// <summary>At the right.</summary>
    Right,

    /// <summary>In the middle, as Python's <c>center</c> rounds.</summary>
    Center,
}

/// <summary>Operations on texts that filters and methods share; marks of input go along.</summary>
internal static class Texts
{
    /// <summary>Without white space, or given characters, at its ends.</summary>
    public static StringValue Strip(StringValue text, StringValue? characters, bool left, bool right)
    {
        bool IsStripped(char character) => characters is null
            ? PythonCharacters.IsSpace(character)
            : characters.Text.Contains(character, StringComparison.Ordinal);
        int start = 0, end = text.Text.Length;
        while (left && start < end && IsStripped(text.Text[start]))
        {
            start++;
        }

        while (right && end > start && IsStripped(text.Text[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end);
    }

    /// <summary>A fault for an empty separator.</summary>
    public static void CheckSeparator(string separator)
    {
        if (separator.Length == 0)
        {
            throw new TemplateFaultException("empty separator");
        }
    }

    /// <summary>Python's <c>split</c> and <c>rsplit</c>.</summary>
    /// <param name="budget">What may still be used.</param>
    /// <param name="text">The text.</param>
    /// <param name="separator">Between the parts; null means runs of white space, and no empty parts.</param>
    /// <param name="limit">Most cuts.</param>
    /// <param name="fromRight">Whether to cut from the end.</param>
    public static List<TemplateValue> Split(TemplateBudget budget, StringValue text, string? separator, int limit, bool fromRight)
    {
        var parts = new List<TemplateValue>();
        budget.TakeText(text.Text.Length);
        if (separator is null)
        {
            SplitAtSpace(text, limit, fromRight, parts);
        }
        else
        {
            CheckSeparator(separator);
            SplitAt(text, separator, limit, fromRight, parts);
        }

        if (fromRight)
        {
            parts.Reverse();
        }

        budget.TakeElements(parts.Count);
        return parts;
    }

    /// <summary>Python's <c>splitlines</c>.</summary>
    public static List<TemplateValue> SplitLines(TemplateBudget budget, StringValue text, bool keepEnds = false)
    {
        var lines = new List<TemplateValue>();
        string content = text.Text;
        for (int start = 0; start < content.Length;)
        {
            int end = start;
            while (end < content.Length && !PythonCharacters.IsLineEnd(content[end]))
            {
                end++;
            }

            int next = end < content.Length ? end + 1 : end;
            if (end + 1 < content.Length && content[end] == '\r' && content[end + 1] == '\n')
            {
                next++;
            }

            lines.Add(text.Slice(start, keepEnds ? next : end));
            start = next;
        }

        budget.TakeElements(lines.Count);
        return lines;
    }

    /// <summary>Python's <c>replace</c>; replaced text is of input where the new text is.</summary>
    public static StringValue Replace(TemplateBudget budget, StringValue text, StringValue old, StringValue with, int limit)
    {
        var builder = new TextBuilder(budget);
        int start = 0, count = 0;
        if (old.Text.Length == 0)
        {
            // An empty text is found before each character and at the end.
            for (int i = 0; i < text.Text.Length && count < limit; count++)
            {
                int size = char.IsSurrogatePair(text.Text, i) ? 2 : 1;
                builder.Append(with).Append(text, i, i + size);
                i = start = i + size;
            }

            return builder.Append(count < limit ? with : StringValue.Empty).Append(text, start, text.Text.Length).ToValue();
        }

        budget.TakeText(text.Text.Length);
        for (; count < limit; count++)
        {
            int at = text.Text.IndexOf(old.Text, start, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            builder.Append(text, start, at).Append(with);
            start = at + old.Text.Length;
        }

        return count == 0 ? text : builder.Append(text, start, text.Text.Length).ToValue();
    }

    /// <summary>How often a text occurs, without overlap.</summary>
    public static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return new StringValue(text).Length + 1;
        }

        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    /// <summary>Fills a text up to a width in code points.</summary>
    public static StringValue Pad(TemplateBudget budget, StringValue text, Int128 width, StringValue fill, TextAlignment alignment)
    {
        Int128 missing = width - text.Length;
        if (missing <= 0)
        {
            return text;
        }

        budget.TakeText((long)Int128.Min(missing, long.MaxValue));
        int total = (int)missing;
        int left = alignment switch
        {
            TextAlignment.Left => 0,
            TextAlignment.Right => total,
            _ => total / 2 + ((total & (int)width & 1) != 0 ? 1 : 0),
        };
        var builder = new TextBuilder(budget);
        for (int i = 0; i < left; i++)
        {
            builder.Append(fill);
        }

        builder.Append(text);
        for (int i = left; i < total; i++)
        {
            builder.Append(fill);
        }

        return builder.ToValue();
    }

    private static void SplitAt(StringValue text, string separator, int limit, bool fromRight, List<TemplateValue> parts)
    {
        int start = 0, end = text.Text.Length;
        while (parts.Count < limit)
        {
            int at = fromRight
                ? text.Text.AsSpan(0, end).LastIndexOf(separator)
                : text.Text.IndexOf(separator, start, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            parts.Add(fromRight ? text.Slice(at + separator.Length, end) : text.Slice(start, at));
            (start, end) = fromRight ? (0, at) : (at + separator.Length, end);
        }

        parts.Add(text.Slice(start, end));
    }

    private static void SplitAtSpace(StringValue text, int limit, bool fromRight, List<TemplateValue> parts)
    {
        string content = text.Text;
        int start = 0, end = content.Length;
        while (true)
        {
            while (start < end && PythonCharacters.IsSpace(fromRight ? content[end - 1] : content[start]))
            {
                (start, end) = fromRight ? (start, end - 1) : (start + 1, end);
            }

            if (start >= end)
            {
                return;
            }

            if (parts.Count >= limit)
            {
                // The rest stays whole: only white space on the side that was worked from has gone.
                parts.Add(text.Slice(start, end));
                return;
            }

            int edge = fromRight ? end : start;
            while (fromRight ? edge > start && !PythonCharacters.IsSpace(content[edge - 1]) : edge < end && !PythonCharacters.IsSpace(content[edge]))
            {
                edge += fromRight ? -1 : 1;
            }

            parts.Add(fromRight ? text.Slice(edge, end) : text.Slice(start, edge));
            (start, end) = fromRight ? (start, edge) : (edge, end);
        }
    }
}
