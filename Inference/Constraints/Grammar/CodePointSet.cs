namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// A set of Unicode scalar values (code points without surrogates) as ascending, disjoint, non-adjacent ranges. Immutable; any thread.
/// </summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    /// <summary>The greatest code point.</summary>
    public const int Last = 0x10FFFF;

    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    private readonly (int First, int Last)[] _ranges;
    private readonly int _hash;

    private CodePointSet((int First, int Last)[] ranges)
    {
        _ranges = ranges;
        var hash = new HashCode();
        foreach ((int first, int last) in ranges)
        {
            hash.Add(first);
            hash.Add(last);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>No code point.</summary>
    public static CodePointSet None { get; } = new([]);

    /// <summary>Every scalar value.</summary>
    public static CodePointSet All { get; } = Of((0, Last));

    /// <summary>The ranges, both ends inclusive.</summary>
    public ReadOnlySpan<(int First, int Last)> Ranges => _ranges;

    /// <summary>Whether the set has no member.</summary>
    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>
    /// A set of ranges in any order, overlapping or not. Surrogates are left out.
    /// </summary>
    /// <param name="ranges">Both ends inclusive; an end before its start is an empty range; 0 to <see cref="Last"/>.</param>
    public static CodePointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var parts = new List<(int First, int Last)>(ranges.Length + 1);
        foreach ((int first, int last) in ranges)
        {
            AddPart(parts, first, Math.Min(last, FirstSurrogate - 1));
            AddPart(parts, Math.Max(first, LastSurrogate + 1), last);
        }

        parts.Sort();
        int count = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            (int first, int last) = parts[i];
            if (count > 0 && first <= parts[count - 1].Last + 1)
            {
                parts[count - 1] = (parts[count - 1].First, Math.Max(parts[count - 1].Last, last));
                continue;
            }

            parts[count++] = (first, last);
        }

        return new CodePointSet([.. parts[..count]]);
    }

    /// <summary>One code point.</summary>
    public static CodePointSet Of(int codePoint) => Of((codePoint, codePoint));

    /// <summary>The code points of a text.</summary>
    public static CodePointSet Of(string characters) => Of([.. characters.EnumerateRunes().Select(rune => (rune.Value, rune.Value))]);

    /// <summary>Members of either.</summary>
    public CodePointSet Union(CodePointSet other) => Of([.. _ranges, .. other._ranges]);

    /// <summary>All scalar values that are not members.</summary>
    public CodePointSet Complement()
    {
        var parts = new List<(int, int)>(_ranges.Length + 1);
        int next = 0;
        foreach ((int first, int last) in _ranges)
        {
            parts.Add((next, first - 1));
            next = last + 1;
        }

        parts.Add((next, Last));
        return Of([.. parts]);
    }

    /// <summary>Members of both.</summary>
    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    /// <summary>Whether a code point is a member.</summary>
    public bool Contains(int codePoint)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(CodePointSet? other) => other is not null && (ReferenceEquals(this, other) || (_hash == other._hash && _ranges.AsSpan().SequenceEqual(other._ranges)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private static void AddPart(List<(int First, int Last)> parts, int first, int last)
    {
        if (first <= last)
        {
            parts.Add((Math.Max(first, 0), Math.Min(last, Last)));
        }
    }
}
