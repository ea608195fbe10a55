namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>Equality of dictionary keys as in Python: 1, 1.0 and True are one key, marks of input play no part.</summary>
internal sealed class DictKeyComparer : IEqualityComparer<TemplateValue>
{
    /// <summary>The only one.</summary>
    public static readonly DictKeyComparer Instance = new();

    /// <summary>A fault for a value that cannot be a key. Tuples hold scalars only: nothing else is seen in templates, and it bounds the work.</summary>
    public static void Check(TemplateValue key)
    {
        bool isScalar = key is StringValue or IntegerValue or FloatValue or BooleanValue or NoneValue or UndefinedValue;
        if (!isScalar && (key is not TupleValue tuple || tuple.Items.Any(item => item is TupleValue or ListValue or DictValue)))
        {
            throw new TemplateFaultException($"unhashable type: '{key.TypeName}'");
        }
    }

    /// <inheritdoc/>
    public bool Equals(TemplateValue? x, TemplateValue? y) => (x, y) switch
    {
        (StringValue left, StringValue right) => left.Text == right.Text,
        (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue) => true,
        (TupleValue left, TupleValue right) => left.Items.Count == right.Items.Count && left.Items.Zip(right.Items).All(pair => Equals(pair.First, pair.Second)),
        (IntegerValue or FloatValue or BooleanValue, IntegerValue or FloatValue or BooleanValue) => ToNumber(x).Equals(ToNumber(y)),
        _ => ReferenceEquals(x, y),
    };

    /// <inheritdoc/>
    public int GetHashCode(TemplateValue obj) => obj switch
    {
        StringValue text => text.Text.GetHashCode(StringComparison.Ordinal),
        IntegerValue or FloatValue or BooleanValue => ToNumber(obj).GetHashCode(),
        TupleValue tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        _ => 0,
    };

    private static (double, Int128) ToNumber(TemplateValue? value) => value switch
    {
        IntegerValue integer => ((double)integer.Number, integer.Number),
        BooleanValue boolean => (boolean.IsTrue ? 1 : 0, boolean.IsTrue ? 1 : 0),
        FloatValue { Number: var number } when double.IsInteger(number) && Math.Abs(number) < 1e38 => (number, (Int128)number),
        FloatValue { Number: var number } => (number, 0),
        _ => (double.NaN, 0),
    };
}
