namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>A list.</summary>
/// <param name="items">Its elements.</param>
/// <param name="isInput">Whether it came from the request: then it cannot be changed. What a template made, it may change.</param>
internal sealed class ListValue(List<TemplateValue> items, bool isInput = false) : TemplateValue
{
    /// <summary>The elements.</summary>
    public List<TemplateValue> Items { get; } = items;

    /// <summary>Whether it came from the request.</summary>
    public bool IsInput { get; } = isInput;

    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <inheritdoc/>
    public override bool IsTrue => Items.Count > 0;
}

/// <summary>A tuple.</summary>
internal class TupleValue(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    /// <summary>The elements.</summary>
    public IReadOnlyList<TemplateValue> Items { get; } = items;

    /// <inheritdoc/>
    public override string TypeName => "tuple";

    /// <inheritdoc/>
    public override bool IsTrue => Items.Count > 0;
}

/// <summary>A group of <c>groupby</c>: a tuple whose parts have names.</summary>
internal sealed class GroupValue(TemplateValue grouper, ListValue list) : TupleValue([grouper, list]);

/// <summary>The numbers of <c>range</c>.</summary>
internal sealed class RangeValue(long start, long stop, long step) : TemplateValue
{
    /// <summary>First number.</summary>
    public long Start { get; } = start;

    /// <summary>First number that is out.</summary>
    public long Stop { get; } = stop;

    /// <summary>Distance of two numbers, not 0.</summary>
    public long Step { get; } = step;

    /// <summary>How many numbers.</summary>
    public Int128 Count
    {
        get
        {
            Int128 distance = Step > 0 ? (Int128)Stop - Start : (Int128)Start - Stop;
            Int128 size = Step > 0 ? Step : -(Int128)Step;
            return distance <= 0 ? 0 : (distance + size - 1) / size;
        }
    }

    /// <inheritdoc/>
    public override string TypeName => "range";

    /// <inheritdoc/>
    public override bool IsTrue => Count > 0;

    /// <summary>A number by index.</summary>
    public IntegerValue At(int index) => new(Start + (Int128)Step * index);
}

/// <summary>What filters like <c>map</c> give: elements that can be gone through once, as Python's generators.</summary>
internal sealed class IteratorValue(IReadOnlyList<TemplateValue> items, string typeName = "generator") : TemplateValue
{
    private IReadOnlyList<TemplateValue> _items = items;

    /// <inheritdoc/>
    public override string TypeName { get; } = typeName;

    /// <summary>The elements, the first time; nothing afterwards.</summary>
    public IReadOnlyList<TemplateValue> Take()
    {
        IReadOnlyList<TemplateValue> items = _items;
        _items = [];
        return items;
    }
}

/// <summary>The keys, values or items of a dictionary: can be gone through and counted, not indexed.</summary>
internal sealed class DictViewValue(string typeName, DictValue dict, Func<KeyValuePair<TemplateValue, TemplateValue>, TemplateValue> select) : TemplateValue
{
    /// <inheritdoc/>
    public override string TypeName => typeName;

    /// <inheritdoc/>
    public override bool IsTrue => Dict.Count > 0;

    /// <summary>The dictionary.</summary>
    public DictValue Dict { get; } = dict;

    /// <summary>The elements now.</summary>
    public List<TemplateValue> ToList() => [.. Dict.Entries.Select(select)];
}

/// <summary>What <c>namespace()</c> makes: values that inner scopes may set.</summary>
internal sealed class NamespaceValue : TemplateValue
{
    /// <summary>The values by name.</summary>
    public Dictionary<string, TemplateValue> Members { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string TypeName => "Namespace";
}

/// <summary>What <c>cycler(…)</c> makes.</summary>
internal sealed class CyclerValue(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    private int _position;

    /// <inheritdoc/>
    public override string TypeName => "Cycler";

    /// <summary>The element whose turn it is.</summary>
    public TemplateValue Current => items[_position];

    /// <summary>The element whose turn it is; the next one's comes.</summary>
    public TemplateValue Next()
    {
        TemplateValue item = items[_position];
        _position = (_position + 1) % items.Count;
        return item;
    }

    /// <summary>Starts anew.</summary>
    public void Reset() => _position = 0;
}
