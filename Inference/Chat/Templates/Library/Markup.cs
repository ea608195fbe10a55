using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>
/// Python's <c>Markup</c>, which the filter <c>safe</c> makes: a text added to it by <c>+</c> is escaped for HTML. A surprise in a
/// prompt, but what the transformers library renders, and so what models were trained with.
/// </summary>
internal static class Markup
{
    /// <summary><c>a + b</c></summary>
    public static StringValue Add(TemplateBudget budget, StringValue left, StringValue right)
    {
        bool isSafe = left.IsSafe || right.IsSafe;
        if (!isSafe && left.Text.Length == 0)
        {
            return right;
        }

        if (!isSafe && right.Text.Length == 0)
        {
            return left;
        }

        var builder = new TextBuilder(budget);
        builder.Append(isSafe ? Escape(budget, left) : left).Append(isSafe ? Escape(budget, right) : right);
        StringValue sum = builder.ToValue();
        return isSafe ? Mark(sum) : sum;
    }

    /// <summary>A text as markup.</summary>
    public static StringValue Mark(StringValue text) => new(text.Text, text.Input, isSafe: true);

    /// <summary>A text escaped for HTML, unless it is markup.</summary>
    public static StringValue Escape(TemplateBudget budget, StringValue text)
    {
        if (text.IsSafe || text.Text.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return Mark(text);
        }

        var builder = new TextBuilder(budget);
        int start = 0;
        for (int i = 0; i < text.Text.Length; i++)
        {
            string? replacement = text.Text[i] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", '"' => "&#34;", _ => null };
            if (replacement is not null)
            {
                builder.Append(text, start, i).Append(replacement, text.Input.Contains(i));
                start = i + 1;
            }
        }

        return Mark(builder.Append(text, start, text.Text.Length).ToValue());
    }
}
