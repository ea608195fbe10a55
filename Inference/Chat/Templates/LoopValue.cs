using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// A running <c>for</c>: hands out the elements that the loop's condition lets through, and is the variable <c>loop</c>. The
/// condition is asked as late as possible, as jinja2 does: it may depend on what the body changes.
/// </summary>
internal sealed class LoopValue(TemplateBudget budget, IReadOnlyList<TemplateValue> items, Func<TemplateValue, bool>? condition, int depth, Func<TemplateValue, StringValue>? recurse)
    : CallableValue
{
    private readonly Queue<TemplateValue> _ahead = new();
    private int _next;
    private TemplateValue? _previous;
    private TemplateValue? _current;
    private TemplateValue? _lastChanged;

    /// <inheritdoc/>
    public override string TypeName => "LoopContext";

    /// <summary>Number of the turn, from 0.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>How many elements the condition lets through; asks it of all that are left.</summary>
    public int Length
    {
        get
        {
            Fetch(int.MaxValue);
            return Index + 1 + _ahead.Count;
        }
    }

    /// <summary>Goes to the next element; null when there is none.</summary>
    public TemplateValue? MoveNext()
    {
        budget.Take();
        if (!Fetch(1))
        {
            return null;
        }

        _previous = _current;
        _current = _ahead.Dequeue();
        Index++;
        return _current;
    }

    /// <summary>A member of <c>loop</c>; null when it has none of the name.</summary>
    public TemplateValue? GetMember(string name) => name switch
    {
        "index" => new IntegerValue(Index + 1),
        "index0" => new IntegerValue(Index),
        "first" => BooleanValue.From(Index == 0),
        "last" => BooleanValue.From(!Fetch(1)),
        "length" => new IntegerValue(Length),
        "revindex" => new IntegerValue(Length - Index),
        "revindex0" => new IntegerValue(Length - Index - 1),
        "previtem" => Index > 0 ? _previous : new UndefinedValue("there is no previous item"),
        "nextitem" => Fetch(1) ? _ahead.Peek() : new UndefinedValue("there is no next item"),
        "depth" => new IntegerValue(depth + 1),
        "depth0" => new IntegerValue(depth),
        "cycle" => new FunctionValue("cycle", (_, arguments) => Cycle(arguments)),
        "changed" => new FunctionValue("changed", (run, arguments) => Changed(run, arguments)),
        _ => null,
    };

    /// <inheritdoc/>
    public override TemplateValue Call(TemplateRun run, CallArguments arguments) =>
        recurse is null
            ? throw new TemplateFaultException("The loop must have the 'recursive' marker to be called recursively.")
            : recurse(arguments.Bind("loop", 1, "iterable")[0]!);

    private bool Fetch(int count)
    {
        while (_ahead.Count < count && _next < items.Count)
        {
            TemplateValue item = items[_next++];
            if (condition is null || condition(item))
            {
                _ahead.Enqueue(item);
            }
        }

        return _ahead.Count >= count;
    }

    private TemplateValue Cycle(CallArguments arguments) =>
        arguments.Positional.Count == 0
            ? throw new TemplateFaultException("no items for cycling given")
            : arguments.Positional[Index % arguments.Positional.Count];

    private BooleanValue Changed(TemplateRun run, CallArguments arguments)
    {
        var value = new TupleValue(arguments.Positional);
        bool changed = _lastChanged is null || !run.Operators.AreEqual(_lastChanged, value);
        _lastChanged = value;
        return BooleanValue.From(changed);
    }
}
