namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>
/// A text that knows which of its parts came from input. Immutable. Python counts code points where this counts UTF-16 units:
/// <see cref="Length"/> and <see cref="OffsetOf"/> translate.
/// </summary>
internal sealed class StringValue : TemplateValue
{
    /// <summary>The empty text.</summary>
    public static readonly StringValue Empty = new("");

    private int _length = -1;

    /// <summary>A text of the template.</summary>
    public StringValue(string text)
        : this(text, InputRanges.None)
    {
    }

    /// <summary>A text with the parts that are from input.</summary>
    public StringValue(string text, InputRanges input, bool isSafe = false)
    {
        Text = text;
        Input = input;
        IsSafe = isSafe;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Its parts that came from input.</summary>
    public InputRanges Input { get; }

    /// <summary>Whether it is Python's <c>Markup</c> (filter <c>safe</c>): what is added to it by <c>+</c> is escaped for HTML, as there.</summary>
    public bool IsSafe { get; }

    /// <inheritdoc/>
    public override string TypeName => IsSafe ? "Markup" : "str";

    /// <inheritdoc/>
    public override bool IsTrue => Text.Length > 0;

    /// <summary>Number of code points.</summary>
    public int Length => _length >= 0 ? _length : _length = CountCodePoints(Text, Text.Length);

    /// <summary>A text that came from input as a whole.</summary>
    public static StringValue FromInput(string text) => new(text, InputRanges.Whole(text.Length));

    /// <summary>UTF-16 offset of a code point; the index may be the length.</summary>
    public int OffsetOf(int index)
    {
        if (Length == Text.Length)
        {
            return index;
        }

        int offset = 0;
        while (index-- > 0)
        {
            offset += char.IsSurrogatePair(Text, offset) ? 2 : 1;
        }

        return offset;
    }

    /// <summary>Index of the code point at a UTF-16 offset.</summary>
    public int IndexOf(int offset) => Length == Text.Length ? offset : CountCodePoints(Text, offset);

    /// <summary>A part, by UTF-16 offsets.</summary>
    public StringValue Slice(int start, int end)
    {
        if (start == 0 && end == Text.Length)
        {
            return this;
        }

        if (Input.IsEmpty || start >= end)
        {
            return start >= end ? (IsSafe ? new StringValue("", InputRanges.None, true) : Empty) : new StringValue(Text[start..end], InputRanges.None, IsSafe);
        }

        var bounds = new List<int>();
        for (int i = Input.FirstEndingAfter(start); i < Input.Count && Input[i].Start < end; i++)
        {
            bounds.Add(Math.Max(Input[i].Start, start) - start);
            bounds.Add(Math.Min(Input[i].End, end) - start);
        }

        return new StringValue(Text[start..end], InputRanges.From(bounds), IsSafe);
    }

    private static int CountCodePoints(string text, int end)
    {
        int count = 0;
        for (int i = 0; i < end; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < end && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }

            count++;
        }

        return count;
    }
}
