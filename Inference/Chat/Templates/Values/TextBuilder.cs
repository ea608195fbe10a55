using System.Text;

namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>Builds a text and its marks of input, within the limits of a rendering. One thread.</summary>
internal sealed class TextBuilder(TemplateBudget budget)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _bounds = [];
    private int _uncounted;

    /// <summary>UTF-16 units so far.</summary>
    public int Length => _text.Length;

    /// <summary>Appends text of the template, or of input.</summary>
    public TextBuilder Append(ReadOnlySpan<char> text, bool fromInput = false)
    {
        Count(text.Length);
        int start = _text.Length;
        _text.Append(text);
        if (fromInput)
        {
            Mark(start, _text.Length);
        }

        return this;
    }

    /// <summary>Appends one character of the template, or of input.</summary>
    public TextBuilder Append(char character, bool fromInput = false) => Append([character], fromInput);

    /// <summary>Appends a text with its marks.</summary>
    public TextBuilder Append(StringValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Appends a part of a text with its marks; UTF-16 offsets.</summary>
    public TextBuilder Append(StringValue value, int start, int end)
    {
        if (start >= end)
        {
            return this;
        }

        Count(end - start);
        int shift = _text.Length - start;
        _text.Append(value.Text, start, end - start);
        for (int i = value.Input.FirstEndingAfter(start); i < value.Input.Count && value.Input[i].Start < end; i++)
        {
            Mark(Math.Max(value.Input[i].Start, start) + shift, Math.Min(value.Input[i].End, end) + shift);
        }

        return this;
    }

    /// <summary>The text.</summary>
    public StringValue ToValue() => _text.Length == 0 ? StringValue.Empty : new StringValue(_text.ToString(), InputRanges.From(_bounds));

    private void Mark(int start, int end)
    {
        if (start == end)
        {
            return;
        }

        if (_bounds.Count > 0 && _bounds[^1] == start)
        {
            _bounds[^1] = end;
        }
        else
        {
            _bounds.Add(start);
            _bounds.Add(end);
        }
    }

    private void Count(int length)
    {
        if (_text.Length + (long)length > TemplateLimits.TextLength)
        {
            throw new TemplateFaultException($"a text grew beyond {TemplateLimits.TextLength} characters");
        }

        _uncounted += length;
        if (_uncounted >= TemplateLimits.TextPerStep)
        {
            budget.Take(_uncounted / TemplateLimits.TextPerStep);
            _uncounted %= TemplateLimits.TextPerStep;
        }
    }
}
