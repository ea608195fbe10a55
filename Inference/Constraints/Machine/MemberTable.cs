using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// A member list, compiled: members are named by their index in order. The count of members so far is kept only as far as a bound
/// depends on it. Immutable; any thread.
/// </summary>
internal sealed class MemberTable
{
    private readonly int[] _nextRequired;
    private readonly int[] _requiredFrom;
    private readonly int _minCount;
    private readonly int _maxCount;

    /// <summary>
    /// Sets up the tables.
    /// </summary>
    /// <param name="required">For each member whether it must come.</param>
    /// <param name="minCount">Least members.</param>
    /// <param name="maxCount">Most members; null means no limit.</param>
    public MemberTable(bool[] required, int minCount, int? maxCount)
    {
        Count = required.Length;
        _minCount = minCount;
        _maxCount = maxCount ?? int.MaxValue;
        _nextRequired = new int[Count + 1];
        _requiredFrom = new int[Count + 1];
        _nextRequired[Count] = Count;
        for (int i = Count - 1; i >= 0; i--)
        {
            _nextRequired[i] = required[i] ? i : _nextRequired[i + 1];
            _requiredFrom[i] = _requiredFrom[i + 1] + (required[i] ? 1 : 0);
        }
    }

    /// <summary>Number of named members.</summary>
    public int Count { get; }

    /// <summary>The keys.</summary>
    public required KeyLexeme Keys { get; init; }

    /// <summary>For each member what follows its key: separator and value.</summary>
    public required GrammarPart[] Bodies { get; init; }

    /// <summary>Kinds of extra members: key, separator, value.</summary>
    public required GrammarPart[] Extras { get; init; }

    /// <summary>What stands between members.</summary>
    public required GrammarPart Separator { get; init; }

    /// <summary>
    /// Whether the list may end.
    /// </summary>
    /// <param name="index">First named member that may still come.</param>
    /// <param name="count">Members so far.</param>
    public bool MayEnd(int index, int count) => _requiredFrom[index] == 0 && count >= _minCount;

    /// <summary>Whether an extra member may come.</summary>
    /// <inheritdoc cref="MayEnd"/>
    public bool MayAddExtra(int index, int count) => Extras.Length > 0 && _requiredFrom[index] == 0 && count < _maxCount;

    /// <summary>The named members that may come, both ends inclusive; the last is before the first when there is none.</summary>
    /// <inheritdoc cref="MayEnd"/>
    public (int First, int Last) Window(int index, int count)
    {
        int room = _maxCount - count;
        if (room <= 0)
        {
            return (0, -1);
        }

        int first = room == _requiredFrom[index] ? _nextRequired[index] : index;
        int last = Math.Min(_nextRequired[index], Count - 1);
        return (first, Extras.Length > 0 ? last : Math.Min(last, Count - _minCount + count));
    }

    /// <summary>The count after one more member, as far as it matters.</summary>
    public int Increment(int count) => _maxCount == int.MaxValue ? Math.Min(count + 1, Math.Max(_minCount, 1)) : count + 1;
}
