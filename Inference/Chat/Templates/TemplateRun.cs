using System.Runtime.CompilerServices;
using MistralServe.Inference.Chat.Templates.Library;
using MistralServe.Inference.Chat.Templates.Syntax;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// One rendering of a template: evaluates expressions; <see cref="StatementRunner"/> runs the statements. Ends by
/// <see cref="TemplateFaultException"/> from any depth. One thread.
/// </summary>
/// <param name="now">Local time for <c>strftime_now</c>.</param>
internal sealed class TemplateRun(DateTimeOffset now)
{
    private readonly Operators _operators = new(new TemplateBudget());

    /// <summary>What may still be used.</summary>
    public TemplateBudget Budget => _operators.Budget;

    /// <summary>Sums, comparisons and the like.</summary>
    public Operators Operators => _operators;

    /// <summary>Local time for <c>strftime_now</c>.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>Line of the statement or call that runs, for the message of a fault.</summary>
    public int Line { get; set; } = 1;

    /// <summary>How many macros are inside each other.</summary>
    public int MacroDepth { get; set; }

    /// <summary>The value of an expression.</summary>
    public TemplateValue Evaluate(Expression expression, Scope scope)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFaultException("it is nested too deep");
        }

        return expression switch
        {
            ConstantExpression constant => constant.Value,
            NameExpression name => scope.Find(name.Name) ?? (TemplateValue?)Globals.Find(name.Name) ?? new UndefinedValue($"'{name.Name}' is undefined"),
            AttributeExpression attribute => EvaluateAttribute(attribute, scope),
            ItemExpression item => EvaluateItem(item, scope),
            CallExpression call => EvaluateCall(call, scope),
            FilterExpression filter => ApplyFilter(filter, Evaluate(filter.Target!, scope), scope),
            TestExpression test => EvaluateTest(test, scope),
            CompareExpression compare => EvaluateCompare(compare, scope),
            LogicExpression logic => EvaluateLogic(logic, scope),
            NotExpression not => BooleanValue.From(!Evaluate(not.Operand, scope).IsTrue),
            ArithmeticExpression arithmetic => EvaluateArithmetic(arithmetic, scope),
            ConcatExpression concat => EvaluateConcat(concat, scope),
            ConditionalExpression conditional => EvaluateConditional(conditional, scope),
            SliceExpression slice => EvaluateSlice(slice, scope),
            SignExpression sign => Operators.Sign(sign.Negative, Evaluate(sign.Operand, scope)),
            TupleExpression tuple => new TupleValue(EvaluateAll(tuple.Items, scope)),
            ListExpression list => new ListValue(EvaluateAll(list.Items, scope)),
            DictExpression dict => EvaluateDict(dict, scope),
            _ => throw new TemplateFaultException("this expression cannot be read"),
        };
    }

    /// <summary>Python's <c>str()</c>.</summary>
    public StringValue ToText(TemplateValue value) => PythonText.ToText(Budget, value);

    /// <summary>The elements of a value, as a <c>for</c> goes through them; a fault when it has none.</summary>
    public IReadOnlyList<TemplateValue> Iterate(TemplateValue value) => _operators.Iterate(value);

    /// <summary>Calls a value; a fault when it cannot be called.</summary>
    public TemplateValue Call(TemplateValue target, CallArguments arguments)
    {
        Budget.Take();
        return target switch
        {
            CallableValue callable => callable.Call(this, arguments),
            UndefinedValue undefined => throw new TemplateFaultException(undefined.Message),
            _ => throw new TemplateFaultException($"'{target.TypeName}' object is not callable"),
        };
    }

    /// <summary>Applies a filter of the source to a value.</summary>
    public TemplateValue ApplyFilter(FilterExpression filter, TemplateValue value, Scope scope)
    {
        CallArguments arguments = EvaluateArguments(filter.Arguments, scope);
        Line = filter.Line;
        return ApplyFilter(filter.Name, value, arguments);
    }

    /// <summary>Applies a filter by name; a fault when there is none.</summary>
    public TemplateValue ApplyFilter(string name, TemplateValue value, CallArguments arguments)
    {
        Budget.Take();
        return FilterTable.Find(name) is { } filter
            ? filter(this, value, arguments)
            : throw new TemplateFaultException($"No filter named '{name}'");
    }

    /// <summary>Applies a test by name; a fault when there is none.</summary>
    public bool ApplyTest(string name, TemplateValue value, CallArguments arguments)
    {
        Budget.Take();
        return TestTable.Find(name) is { } test
            ? test(this, value, arguments)
            : throw new TemplateFaultException($"No test named '{name}'");
    }

    /// <summary>The arguments of a call.</summary>
    public CallArguments EvaluateArguments(ArgumentList list, Scope scope)
    {
        if (ReferenceEquals(list, ArgumentList.Empty))
        {
            return CallArguments.None;
        }

        List<TemplateValue> positional = EvaluateAll(list.Positional, scope);
        if (list.Rest is not null)
        {
            positional.AddRange(Iterate(Evaluate(list.Rest, scope)));
        }

        var named = new List<KeyValuePair<string, TemplateValue>>(list.Named.Count);
        foreach ((string name, Expression value) in list.Named)
        {
            named.Add(new(name, Evaluate(value, scope)));
        }

        if (list.NamedRest is not null)
        {
            if (Evaluate(list.NamedRest, scope) is not DictValue rest)
            {
                throw new TemplateFaultException("argument after ** must be a mapping");
            }

            foreach ((TemplateValue key, TemplateValue value) in rest.Entries)
            {
                named.Add(new((key as StringValue)?.Text ?? throw new TemplateFaultException("keywords must be strings"), value));
            }
        }

        return new CallArguments(positional, named);
    }

    private List<TemplateValue> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        Budget.TakeElements(expressions.Count);
        var values = new List<TemplateValue>(expressions.Count);
        foreach (Expression expression in expressions)
        {
            values.Add(Evaluate(expression, scope));
        }

        return values;
    }

    private TemplateValue EvaluateAttribute(AttributeExpression attribute, Scope scope)
    {
        TemplateValue target = Evaluate(attribute.Target, scope);
        Line = attribute.Line;
        return Members.GetAttribute(target, attribute.Name);
    }

    private TemplateValue EvaluateItem(ItemExpression item, Scope scope)
    {
        TemplateValue target = Evaluate(item.Target, scope);
        TemplateValue key = Evaluate(item.Index, scope);
        Line = item.Line;
        return Members.GetItem(this, target, key);
    }

    private TemplateValue EvaluateSlice(SliceExpression slice, Scope scope)
    {
        TemplateValue target = Evaluate(slice.Target, scope);
        TemplateValue? start = slice.Start is null ? null : Evaluate(slice.Start, scope);
        TemplateValue? stop = slice.Stop is null ? null : Evaluate(slice.Stop, scope);
        TemplateValue? step = slice.Step is null ? null : Evaluate(slice.Step, scope);
        Line = slice.Line;
        return Slicing.Slice(Budget, target, start, stop, step);
    }

    private TemplateValue EvaluateCall(CallExpression call, Scope scope)
    {
        TemplateValue target = Evaluate(call.Target, scope);
        CallArguments arguments = EvaluateArguments(call.Arguments, scope);
        Line = call.Line;
        return Call(target, arguments);
    }

    private BooleanValue EvaluateTest(TestExpression test, Scope scope)
    {
        TemplateValue value = Evaluate(test.Target, scope);
        CallArguments arguments = EvaluateArguments(test.Arguments, scope);
        Line = test.Line;
        return BooleanValue.From(ApplyTest(test.Name, value, arguments));
    }

    private BooleanValue EvaluateCompare(CompareExpression compare, Scope scope)
    {
        TemplateValue left = Evaluate(compare.First, scope);
        foreach ((string symbol, Expression operand) in compare.Rest)
        {
            TemplateValue right = Evaluate(operand, scope);
            if (!_operators.Compare(symbol, left, right))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private TemplateValue EvaluateLogic(LogicExpression logic, Scope scope)
    {
        TemplateValue value = BooleanValue.False;
        foreach (Expression item in logic.Items)
        {
            value = Evaluate(item, scope);
            if (value.IsTrue == logic.IsOr)
            {
                break;
            }
        }

        return value;
    }

    private TemplateValue EvaluateArithmetic(ArithmeticExpression arithmetic, Scope scope)
    {
        TemplateValue left = Evaluate(arithmetic.First, scope);
        foreach ((string symbol, Expression operand) in arithmetic.Rest)
        {
            left = _operators.Calculate(symbol, left, Evaluate(operand, scope));
        }

        return left;
    }

    private StringValue EvaluateConcat(ConcatExpression concat, Scope scope)
    {
        var text = new TextBuilder(Budget);
        foreach (Expression item in concat.Items)
        {
            text.Append(ToText(Evaluate(item, scope)));
        }

        return text.ToValue();
    }

    private TemplateValue EvaluateConditional(ConditionalExpression conditional, Scope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTrue)
        {
            return Evaluate(conditional.Then, scope);
        }

        return conditional.Else is not null
            ? Evaluate(conditional.Else, scope)
            : new UndefinedValue($"the inline if-expression on line {conditional.Line} evaluated to false and no else section was defined.");
    }

    private DictValue EvaluateDict(DictExpression dict, Scope scope)
    {
        Budget.TakeElements(dict.Entries.Count);
        var result = new DictValue();
        foreach ((Expression key, Expression value) in dict.Entries)
        {
            TemplateValue keyValue = Evaluate(key, scope);
            result.Set(keyValue, Evaluate(value, scope));
        }

        return result;
    }
}
