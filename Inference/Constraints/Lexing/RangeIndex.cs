namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Answers whether a part of an array has a value in a range, in time logarithmic in its length: a tree of halves, each sorted.
/// Immutable; any thread.
/// </summary>
internal sealed class RangeIndex
{
    // Below this length looking is quicker than searching.
    private const int ScanLength = 16;

    private readonly int[] _values;
    private readonly int[][] _levels;

    /// <summary>Builds the index over values, which it keeps.</summary>
    public RangeIndex(int[] values)
    {
        _values = values;
        var levels = new List<int[]>();
        for (int size = ScanLength; size < values.Length * 2; size *= 2)
        {
            int[] level = [.. values];
            for (int start = 0; start < level.Length; start += size)
            {
                Array.Sort(level, start, Math.Min(size, level.Length - start));
            }

            levels.Add(level);
        }

        _levels = [.. levels];
    }

    /// <summary>
    /// Whether a value between two bounds lies in a part of the array.
    /// </summary>
    /// <param name="start">Start of the part.</param>
    /// <param name="end">Behind the part.</param>
    /// <param name="min">Least value.</param>
    /// <param name="max">Greatest value.</param>
    public bool Any(int start, int end, int min, int max)
    {
        while (start < end)
        {
            int level = -1;
            int size = ScanLength;
            while (level + 1 < _levels.Length && start % size == 0 && start + size <= end)
            {
                level++;
                size *= 2;
            }

            if (level < 0)
            {
                int stop = Math.Min(end, ((start / ScanLength) + 1) * ScanLength);
                if (_values.AsSpan(start..stop).ContainsAnyInRange(min, max))
                {
                    return true;
                }

                start = stop;
                continue;
            }

            size /= 2;
            int found = _levels[level].AsSpan(start, size).BinarySearch(min);
            int place = found < 0 ? ~found : found;
            if (place < size && _levels[level][start + place] <= max)
            {
                return true;
            }

            start += size;
        }

        return false;
    }
}
