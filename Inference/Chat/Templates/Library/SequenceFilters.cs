using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Filters on lists, dictionaries and what else has elements.</summary>
internal static class SequenceFilters
{
    /// <summary>A filter; null when there is none of the name here.</summary>
    public static TemplateFilter? Find(string name) => name switch
    {
        "length" or "count" => (_, value, arguments) => new IntegerValue(Length(FilterTable.Alone(value, arguments, name))),
        "list" => (run, value, arguments) => ToList(run, FilterTable.Alone(value, arguments, name)),
        "items" => (run, value, arguments) => Items(run, FilterTable.Alone(value, arguments, name)),
        "first" => (run, value, arguments) => First(run.Iterate(FilterTable.Alone(value, arguments, name))),
        "last" => (run, value, arguments) => Last(run, FilterTable.Alone(value, arguments, name)),
        "reverse" => (run, value, arguments) => Reverse(run, FilterTable.Alone(value, arguments, name)),
        "sort" => Sort,
        "dictsort" => SortDict,
        "unique" => Unique,
        "groupby" => Group,
        "batch" => Batch,
        "slice" => Slice,
        "sum" => Sum,
        "min" => (run, value, arguments) => Extreme(run, value, arguments, name, sign: -1),
        "max" => (run, value, arguments) => Extreme(run, value, arguments, name, sign: 1),
        _ => null,
    };

    /// <summary>Python's <c>len()</c>; a fault where there is none.</summary>
    public static Int128 Length(TemplateValue value) => value switch
    {
        StringValue text => text.Length,
        ListValue list => list.Items.Count,
        TupleValue tuple => tuple.Items.Count,
        DictValue dict => dict.Count,
        DictViewValue view => view.Dict.Count,
        RangeValue range => range.Count,
        LoopValue loop => ((IntegerValue)loop.GetMember("length")!).Number,
        UndefinedValue => 0,
        _ => throw new TemplateFaultException($"object of type '{value.TypeName}' has no len()"),
    };

    private static ListValue ToList(TemplateRun run, TemplateValue value)
    {
        IReadOnlyList<TemplateValue> items = run.Iterate(value);
        run.Budget.TakeElements(items.Count);
        return new ListValue([.. items]);
    }

    private static IteratorValue Items(TemplateRun run, TemplateValue value)
    {
        if (value is UndefinedValue)
        {
            return new IteratorValue([]);
        }

        if (value is not DictValue dict)
        {
            throw new TemplateFaultException("Can only get item pairs from a mapping.");
        }

        run.Budget.TakeElements(dict.Count);
        return new IteratorValue([.. dict.Entries.Select(entry => new TupleValue([entry.Key, entry.Value]))]);
    }

    private static TemplateValue First(IReadOnlyList<TemplateValue> items) =>
        items.Count > 0 ? items[0] : new UndefinedValue("No first item, sequence was empty.");

    private static TemplateValue Last(TemplateRun run, TemplateValue value)
    {
        if (value is IteratorValue)
        {
            throw new TemplateFaultException("'generator' object is not reversible");
        }

        IReadOnlyList<TemplateValue> items = run.Iterate(value);
        return items.Count > 0 ? items[^1] : new UndefinedValue("No last item, sequence was empty.");
    }

    private static TemplateValue Reverse(TemplateRun run, TemplateValue value)
    {
        if (value is StringValue)
        {
            return Slicing.Slice(run.Budget, value, null, null, new IntegerValue(-1));
        }

        List<TemplateValue> items = [.. run.Iterate(value)];
        run.Budget.TakeElements(items.Count);
        items.Reverse();
        return value is IteratorValue ? new ListValue(items) : new IteratorValue(items, "list_reverseiterator");
    }

    private static ListValue Sort(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        bool caseSensitive = values[1]?.IsTrue == true;
        List<AttributePath> paths = values[2] is StringValue text
            ? [.. text.Text.Split(',').Select(part => AttributePath.From(run, new StringValue(part)))]
            : [AttributePath.From(run, values[2])];
        return new ListValue(SortBy(run, run.Iterate(value), item => new ListValue([.. paths.Select(path => path.GetKey(item, caseSensitive))]), values[0]?.IsTrue == true));
    }

    private static List<TemplateValue> SortBy(TemplateRun run, IReadOnlyList<TemplateValue> items, Func<TemplateValue, TemplateValue> key, bool reverse)
    {
        List<(TemplateValue Key, TemplateValue Item)> keyed = [.. items.Select(item => (key(item), item))];
        int sign = reverse ? -1 : 1;
        return [.. Sorting.Sort(run.Budget, keyed, (left, right) => Compare(run, left.Key, right.Key, sign)).Select(pair => pair.Item)];
    }

    private static int Compare(TemplateRun run, TemplateValue left, TemplateValue right, int sign)
    {
        run.Budget.Take();
        int order = run.Operators.Order("<", left, right);
        return order == 2 ? 0 : order * sign;
    }

    private static ListValue SortDict(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        string by = values[1] is null ? "key" : run.ToText(values[1]!).Text;
        if (value is not DictValue dict || by is not ("key" or "value"))
        {
            throw new TemplateFaultException(value is DictValue ? "You can only sort by either \"key\" or \"value\"" : $"'{value.TypeName}' has no items to sort");
        }

        AttributePath path = AttributePath.From(run, new IntegerValue(by == "key" ? 0 : 1));
        List<TemplateValue> items = [.. dict.Entries.Select(entry => new TupleValue([entry.Key, entry.Value]))];
        return new ListValue(SortBy(run, items, item => path.GetKey(item, values[0]?.IsTrue == true), values[2]?.IsTrue == true));
    }

    private static IteratorValue Unique(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        AttributePath path = AttributePath.From(run, values[1]);
        var seen = new HashSet<TemplateValue>(DictKeyComparer.Instance);
        var result = new List<TemplateValue>();
        foreach (TemplateValue item in run.Iterate(value))
        {
            run.Budget.Take();
            TemplateValue key = path.GetKey(item, values[0]?.IsTrue == true);
            DictKeyComparer.Check(key);
            if (seen.Add(key))
            {
                result.Add(item);
            }
        }

        return new IteratorValue(result);
    }

    private static ListValue Group(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        AttributePath path = AttributePath.From(run, values[0], values[1]);
        bool caseSensitive = values[2]?.IsTrue == true;
        var groups = new List<TemplateValue>();
        var members = new List<TemplateValue>();
        foreach (TemplateValue item in SortBy(run, run.Iterate(value), item => path.GetKey(item, caseSensitive), reverse: false))
        {
            if (members.Count > 0 && !run.Operators.AreEqual(path.GetKey(members[0], caseSensitive), path.GetKey(item, caseSensitive)))
            {
                groups.Add(new GroupValue(path.Get(members[0]), new ListValue(members)));
                members = [];
            }

            members.Add(item);
        }

        if (members.Count > 0)
        {
            groups.Add(new GroupValue(path.Get(members[0]), new ListValue(members)));
        }

        return new ListValue(groups);
    }

    private static IteratorValue Batch(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("batch", 1, "linecount", "fill_with");
        int size = (int)Int128.Clamp(StringMethods.Integer(values[0]!, "batch"), 1, TemplateLimits.RangeLength);
        var batches = new List<TemplateValue>();
        foreach (TemplateValue[] chunk in run.Iterate(value).Chunk(size))
        {
            List<TemplateValue> batch = [.. chunk];
            run.Budget.Take();
            if (values[1] is not (null or NoneValue))
            {
                run.Budget.TakeElements((size - batch.Count) * (long)TemplateLimits.ElementsPerStep / 4);
                batch.AddRange(Sequence.Repeat(values[1]!, size - batch.Count));
            }

            batches.Add(new ListValue(batch));
        }

        return new IteratorValue(batches);
    }

    private static IteratorValue Slice(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("slice", 1, "slices", "fill_with");
        IReadOnlyList<TemplateValue> items = run.Iterate(value);
        int count = (int)Int128.Clamp(StringMethods.Integer(values[0]!, "slice"), 0, TemplateLimits.RangeLength);
        if (count == 0)
        {
            throw new TemplateFaultException("integer modulo by zero");
        }

        run.Budget.Take(count);
        int size = items.Count / count, extra = items.Count % count, offset = 0;
        var slices = new List<TemplateValue>();
        for (int i = 0; i < count; i++)
        {
            int start = offset + i * size;
            offset += i < extra ? 1 : 0;
            List<TemplateValue> slice = [.. items.Skip(start).Take(offset + (i + 1) * size - start)];
            if (values[1] is not (null or NoneValue) && i >= extra)
            {
                slice.Add(values[1]!);
            }

            slices.Add(new ListValue(slice));
        }

        return new IteratorValue(slices);
    }

    private static TemplateValue Sum(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("sum", 0, "attribute", "start");
        AttributePath path = AttributePath.From(run, values[0]);
        TemplateValue sum = values[1] ?? new IntegerValue(0);
        if (sum is StringValue)
        {
            throw new TemplateFaultException("sum() can't sum strings [use ''.join(seq) instead]");
        }

        foreach (TemplateValue item in run.Iterate(value))
        {
            run.Budget.Take();
            sum = run.Operators.Calculate("+", sum, path.Get(item));
        }

        return sum;
    }

    private static TemplateValue Extreme(TemplateRun run, TemplateValue value, CallArguments arguments, string name, int sign)
    {
        TemplateValue?[] values = arguments.Bind(name, 0, "case_sensitive", "attribute");
        AttributePath path = AttributePath.From(run, values[1]);
        bool caseSensitive = values[0]?.IsTrue == true;
        TemplateValue? best = null, bestKey = null;
        foreach (TemplateValue item in run.Iterate(value))
        {
            TemplateValue key = path.GetKey(item, caseSensitive);
            if (best is null || Compare(run, key, bestKey!, sign) == 1)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }
}
