using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary><c>a[start:stop:step]</c> and <c>a[index]</c> as in Python.</summary>
internal static class Slicing
{
    /// <summary>A slice of a text, list, tuple or range; undefined for values that have none, a fault for bounds that are no integers.</summary>
    public static TemplateValue Slice(TemplateBudget budget, TemplateValue target, TemplateValue? start, TemplateValue? stop, TemplateValue? step)
    {
        Operators.CheckDefined(target);
        if (target is DictValue)
        {
            throw new TemplateFaultException("unhashable type: 'slice'");
        }

        if (target is not (StringValue or ListValue or TupleValue or RangeValue)
            || !TryGetBound(start, out Int128? first) || !TryGetBound(stop, out Int128? last) || !TryGetBound(step, out Int128? distance))
        {
            return new UndefinedValue($"{Members.Describe(target)} has no such slice");
        }

        int count = target switch
        {
            StringValue text => text.Length,
            ListValue list => list.Items.Count,
            TupleValue tuple => tuple.Items.Count,
            _ => (int)Int128.Min(((RangeValue)target).Count, int.MaxValue),
        };
        if (distance == 0)
        {
            throw new TemplateFaultException("slice step cannot be zero");
        }

        int stride = (int)Int128.Clamp(distance ?? 1, -int.MaxValue, int.MaxValue);
        int from = Clamp(first, stride > 0 ? 0 : count - 1, count, stride);
        int to = Clamp(last, stride > 0 ? count : -1, count, stride);
        return target switch
        {
            StringValue text => SliceText(budget, text, from, to, stride),
            ListValue list => new ListValue(Pick(budget, i => list.Items[i], from, to, stride)),
            TupleValue tuple => new TupleValue(Pick(budget, i => tuple.Items[i], from, to, stride)),
            _ => SliceRange((RangeValue)target, from, to, stride),
        };
    }

    /// <summary>The element at an index, negative ones from the end; null when it is out.</summary>
    public static TemplateValue? At(TemplateValue target, Int128 index)
    {
        Int128 count = target switch
        {
            StringValue text => text.Length,
            ListValue list => list.Items.Count,
            TupleValue tuple => tuple.Items.Count,
            RangeValue range => range.Count,
            _ => 0,
        };
        index = index < 0 ? index + count : index;
        if (index < 0 || index >= count)
        {
            return null;
        }

        switch (target)
        {
            case ListValue list:
                return list.Items[(int)index];
            case TupleValue tuple:
                return tuple.Items[(int)index];
            case RangeValue range:
                return range.At((int)index);
            default:
                var text = (StringValue)target;
                int offset = text.OffsetOf((int)index);
                return text.Slice(offset, offset + (char.IsSurrogatePair(text.Text, offset) ? 2 : 1));
        }
    }

    private static bool TryGetBound(TemplateValue? value, out Int128? bound)
    {
        bound = null;
        if (value is null or NoneValue)
        {
            return true;
        }

        if (!Operators.TryGetInteger(value, out Int128 number))
        {
            return false;
        }

        bound = number;
        return true;
    }

    private static int Clamp(Int128? bound, int standard, int count, int stride)
    {
        if (bound is not { } value)
        {
            return standard;
        }

        value = value < 0 ? value + count : value;
        return (int)Int128.Clamp(value, stride > 0 ? 0 : -1, stride > 0 ? count : count - 1);
    }

    private static List<TemplateValue> Pick(TemplateBudget budget, Func<int, TemplateValue> at, int from, int to, int stride)
    {
        var items = new List<TemplateValue>();
        for (long i = from; stride > 0 ? i < to : i > to; i += stride)
        {
            items.Add(at((int)i));
        }

        budget.TakeElements(items.Count);
        return items;
    }

    private static RangeValue SliceRange(RangeValue range, int from, int to, int stride) =>
        new((long)range.At(from).Number, (long)range.At(to).Number, range.Step * stride);

    private static StringValue SliceText(TemplateBudget budget, StringValue text, int from, int to, int stride)
    {
        if (stride == 1)
        {
            return from >= to ? text.Slice(0, 0) : text.Slice(text.OffsetOf(from), text.OffsetOf(to));
        }

        // Offsets of all code points once: stepping backwards over pairs by searching would be quadratic.
        int[] offsets = new int[text.Length + 1];
        for (int i = 0, offset = 0; i < text.Length; i++)
        {
            offset += char.IsSurrogatePair(text.Text, offset) ? 2 : 1;
            offsets[i + 1] = offset;
        }

        var builder = new TextBuilder(budget);
        for (long i = from; stride > 0 ? i < to : i > to; i += stride)
        {
            builder.Append(text, offsets[i], offsets[i + 1]);
        }

        StringValue result = builder.ToValue();
        return text.IsSafe ? Markup.Mark(result) : result;
    }
}
