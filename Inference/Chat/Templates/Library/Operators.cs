using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Arithmetic, comparison and iteration as Python has them. One thread.</summary>
internal sealed class Operators(TemplateBudget budget)
{
    /// <summary>What may still be used.</summary>
    public TemplateBudget Budget => budget;

    /// <summary>A value as an integer where Python takes it for one (True is 1).</summary>
    public static bool TryGetInteger(TemplateValue value, out Int128 number)
    {
        number = value is IntegerValue integer ? integer.Number : value is BooleanValue { IsTrue: true } ? 1 : 0;
        return value is IntegerValue or BooleanValue;
    }

    /// <summary>A value as a number where Python takes it for one.</summary>
    public static bool TryGetNumber(TemplateValue value, out double number)
    {
        number = value is FloatValue real ? real.Number : TryGetInteger(value, out Int128 integer) ? (double)integer : 0;
        return value is FloatValue or IntegerValue or BooleanValue;
    }

    /// <summary><c>+a</c>, <c>-a</c></summary>
    public static TemplateValue Sign(bool negative, TemplateValue operand)
    {
        CheckDefined(operand);
        if (TryGetInteger(operand, out Int128 integer))
        {
            return new IntegerValue(negative ? checked(-integer) : integer);
        }

        return operand is FloatValue real
            ? new FloatValue(negative ? -real.Number : real.Number)
            : throw new TemplateFaultException($"bad operand type for unary {(negative ? "-" : "+")}: '{operand.TypeName}'");
    }

    /// <summary>A sum, product or the like.</summary>
    public TemplateValue Calculate(string symbol, TemplateValue left, TemplateValue right)
    {
        CheckDefined(left);
        CheckDefined(right);
        try
        {
            return symbol switch
            {
                "%" when left is StringValue format => PercentFormat.Format(budget, format, right),
                "+" when CalculateSequences(left, right) is { } sum => sum,
                "*" when Repeat(left, right) is { } repeated => repeated,
                _ => Arithmetic.Calculate(symbol, left, right),
            };
        }
        catch (OverflowException)
        {
            throw new TemplateFaultException("a number is too large");
        }
    }

    /// <summary>A comparison.</summary>
    public bool Compare(string symbol, TemplateValue left, TemplateValue right) => symbol switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        "<" => Order(symbol, left, right) < 0,
        "<=" => Order(symbol, left, right) is -1 or 0,
        ">" => Order(symbol, left, right) == 1,
        _ => Order(symbol, left, right) is 1 or 0,
    };

    /// <summary>Equality: numbers by value, texts, lists and dictionaries by content, all else by identity.</summary>
    public bool AreEqual(TemplateValue left, TemplateValue right)
    {
        switch (left, right)
        {
            case (ListValue a, ListValue b):
                return AreEqual(a.Items, b.Items);
            case (TupleValue a, TupleValue b):
                return AreEqual(a.Items, b.Items);
            case (RangeValue a, RangeValue b):
                return a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step)));
            case (DictValue a, DictValue b):
                if (a.Count != b.Count)
                {
                    return false;
                }

                budget.Enter();
                budget.TakeElements(a.Count);
                bool equal = a.Entries.All(entry => b.Find(entry.Key) is { } other && AreEqual(entry.Value, other));
                budget.Leave();
                return equal;
            default:
                return DictKeyComparer.Instance.Equals(left, right);
        }
    }

    /// <summary>
    /// -1, 0 or 1 as Python orders two values; 2 when a number is NaN, and nothing holds. A fault where Python has no order.
    /// </summary>
    /// <param name="symbol">For the message.</param>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public int Order(string symbol, TemplateValue left, TemplateValue right)
    {
        CheckDefined(left);
        CheckDefined(right);
        if (TryGetInteger(left, out Int128 a) && TryGetInteger(right, out Int128 b))
        {
            return a.CompareTo(b);
        }

        if (TryGetNumber(left, out double x) && TryGetNumber(right, out double y))
        {
            return double.IsNaN(x) || double.IsNaN(y) ? 2 : x.CompareTo(y);
        }

        return (left, right) switch
        {
            (StringValue one, StringValue two) => CompareCodePoints(one.Text, two.Text),
            (ListValue one, ListValue two) => Order(symbol, one.Items, two.Items),
            (TupleValue one, TupleValue two) => Order(symbol, one.Items, two.Items),
            _ => throw new TemplateFaultException($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'"),
        };
    }

    /// <summary>The elements of a value, as a <c>for</c> goes through them; a fault when it has none.</summary>
    public IReadOnlyList<TemplateValue> Iterate(TemplateValue value)
    {
        switch (value)
        {
            case ListValue list:
                return list.Items;
            case TupleValue tuple:
                return tuple.Items;
            case IteratorValue iterator:
                return iterator.Take();
            case UndefinedValue:
                return [];
            case DictValue dict:
                budget.TakeElements(dict.Count);
                return [.. dict.Entries.Select(entry => entry.Key)];
            case DictViewValue view:
                budget.TakeElements(view.Dict.Count);
                return view.ToList();
            case RangeValue range:
                return ToList(range);
            case StringValue text:
                return ToList(text);
            default:
                throw new TemplateFaultException($"'{value.TypeName}' object is not iterable");
        }
    }

    /// <summary><c>item in container</c></summary>
    public bool Contains(TemplateValue container, TemplateValue item)
    {
        switch (container)
        {
            case StringValue text:
                return item is StringValue part
                    ? text.Text.Contains(part.Text, StringComparison.Ordinal)
                    : throw new TemplateFaultException($"'in <string>' requires string as left operand, not {item.TypeName}");
            case DictValue dict:
                return dict.Find(item) is not null;
            case DictViewValue { TypeName: "dict_keys" } view:
                return view.Dict.Find(item) is not null;
            case NamespaceValue or LoopValue or CallableValue or NoneValue or BooleanValue or IntegerValue or FloatValue:
                throw new TemplateFaultException($"argument of type '{container.TypeName}' is not iterable");
            default:
                IReadOnlyList<TemplateValue> items = Iterate(container);
                budget.TakeElements(items.Count);
                return items.Any(other => ReferenceEquals(other, item) || AreEqual(other, item));
        }
    }

    /// <summary>A fault for a value that is not defined.</summary>
    public static void CheckDefined(TemplateValue value)
    {
        if (value is UndefinedValue undefined)
        {
            throw new TemplateFaultException(undefined.Message);
        }
    }

    /// <summary>The order of two texts by code points; .NET's ordinal order is by UTF-16 units, which differs above U+FFFF.</summary>
    public static int CompareCodePoints(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            char a = left[i], b = right[i];
            if (a != b)
            {
                bool aHigh = char.IsSurrogate(a), bHigh = char.IsSurrogate(b);
                return aHigh == bHigh ? Math.Sign(a - b) : aHigh ? 1 : -1;
            }
        }

        return Math.Sign(left.Length - right.Length);
    }

    private bool AreEqual(IReadOnlyList<TemplateValue> left, IReadOnlyList<TemplateValue> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        budget.Enter();
        budget.TakeElements(left.Count);
        bool equal = true;
        for (int i = 0; equal && i < left.Count; i++)
        {
            equal = ReferenceEquals(left[i], right[i]) || AreEqual(left[i], right[i]);
        }

        budget.Leave();
        return equal;
    }

    private int Order(string symbol, IReadOnlyList<TemplateValue> left, IReadOnlyList<TemplateValue> right)
    {
        budget.Enter();
        int order = Math.Sign(left.Count - right.Count);
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                order = Order(symbol, left[i], right[i]);
                break;
            }
        }

        budget.Leave();
        return order;
    }

    private TemplateValue? CalculateSequences(TemplateValue left, TemplateValue right)
    {
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                return Markup.Add(budget, a, b);
            case (ListValue a, ListValue b):
                budget.TakeElements(a.Items.Count + (long)b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]);
            case (TupleValue a, TupleValue b):
                budget.TakeElements(a.Items.Count + (long)b.Items.Count);
                return new TupleValue([.. a.Items, .. b.Items]);
            case (StringValue, _):
                throw new TemplateFaultException($"can only concatenate str (not \"{right.TypeName}\") to str");
            case (ListValue, _):
                throw new TemplateFaultException($"can only concatenate list (not \"{right.TypeName}\") to list");
            default:
                return null;
        }
    }

    private TemplateValue? Repeat(TemplateValue left, TemplateValue right)
    {
        (TemplateValue sequence, TemplateValue times) = left is StringValue or ListValue or TupleValue ? (left, right) : (right, left);
        if (sequence is not (StringValue or ListValue or TupleValue) || !TryGetInteger(times, out Int128 wanted))
        {
            return null;
        }

        long count = (long)Int128.Clamp(wanted, 0, int.MaxValue);
        if (sequence is StringValue text)
        {
            budget.TakeText(text.Text.Length * count);
            if (text.Text.Length == 0)
            {
                return text;
            }

            var builder = new TextBuilder(budget);
            for (long i = 0; i < count; i++)
            {
                builder.Append(text);
            }

            StringValue result = builder.ToValue();
            return text.IsSafe ? new StringValue(result.Text, result.Input, isSafe: true) : result;
        }

        IReadOnlyList<TemplateValue> items = Iterate(sequence);
        budget.TakeElements(items.Count * count * TemplateLimits.ElementsPerStep / 4);
        var list = new List<TemplateValue>();
        for (long i = 0; i < count && items.Count > 0; i++)
        {
            list.AddRange(items);
        }

        return sequence is ListValue ? new ListValue(list) : new TupleValue(list);
    }

    private List<TemplateValue> ToList(RangeValue range)
    {
        if (range.Count > TemplateLimits.RangeLength)
        {
            throw new TemplateFaultException($"a range has more than {TemplateLimits.RangeLength} numbers");
        }

        int count = (int)range.Count;
        budget.TakeElements(count);
        var list = new List<TemplateValue>(count);
        for (int i = 0; i < count; i++)
        {
            list.Add(range.At(i));
        }

        return list;
    }

    private List<TemplateValue> ToList(StringValue text)
    {
        budget.TakeElements(text.Text.Length);
        var list = new List<TemplateValue>(text.Text.Length);
        for (int i = 0; i < text.Text.Length;)
        {
            int size = char.IsSurrogatePair(text.Text, i) ? 2 : 1;
            list.Add(text.Slice(i, i + size));
            i += size;
        }

        return list;
    }
}
