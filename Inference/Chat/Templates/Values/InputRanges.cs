namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>
/// Which parts of a text came from input (messages, tools, variables of the request) and not from the template: ascending
/// half-open ranges of UTF-16 units that neither touch nor overlap. Immutable.
/// </summary>
internal readonly struct InputRanges
{
    private readonly int[]? _bounds;

    private InputRanges(int[] bounds) => _bounds = bounds;

    /// <summary>Nothing is from input.</summary>
    public static InputRanges None => default;

    /// <summary>True when nothing is from input.</summary>
    public bool IsEmpty => _bounds is null;

    /// <summary>Number of ranges.</summary>
    public int Count => _bounds is null ? 0 : _bounds.Length / 2;

    /// <summary>One range.</summary>
    public (int Start, int End) this[int index] => (_bounds![2 * index], _bounds[2 * index + 1]);

    /// <summary>All of a text of a length.</summary>
    public static InputRanges Whole(int length) => length == 0 ? default : new([0, length]);

    /// <summary>From start and end of each range in turn, ascending and apart.</summary>
    public static InputRanges From(List<int> bounds) => bounds.Count == 0 ? default : new([.. bounds]);

    /// <summary>Whether a part of a text touches input.</summary>
    public bool Overlaps(int start, int end)
    {
        if (_bounds is null)
        {
            return false;
        }

        int index = FirstEndingAfter(start);
        return index < Count && _bounds[2 * index] < end;
    }

    /// <summary>Whether a position is from input.</summary>
    public bool Contains(int position) => Overlaps(position, position + 1);

    /// <summary>Index of the first range that ends behind a position; <see cref="Count"/> when none does.</summary>
    public int FirstEndingAfter(int position)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_bounds![2 * middle + 1] > position)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
