using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// A state of a pattern's automaton: the language of what may still follow, in a normal form. Equal languages in that form are
/// one object of their <see cref="DerivativePool"/>. Belongs to the pool's thread.
/// </summary>
internal sealed class Derivative : IEquatable<Derivative>
{
    /// <summary>No limit of <see cref="Max"/>.</summary>
    public const int Unlimited = -1;

    private readonly int _hash;

    /// <summary>A candidate for the pool.</summary>
    public Derivative(PatternKind kind, Derivative[] parts, bool isNullable, CodePointSet? set = null, int min = 0, int max = 0, TextTable? texts = null, int low = 0, int high = 0, int depth = 0)
    {
        Kind = kind;
        Parts = parts;
        IsNullable = isNullable;
        Set = set;
        Min = min;
        Max = max;
        Texts = texts;
        Low = low;
        High = high;
        Depth = depth;
        var hash = new HashCode();
        hash.Add((int)kind);
        foreach (Derivative part in parts)
        {
            hash.Add(part.Id);
        }

        hash.Add(set);
        hash.Add(min);
        hash.Add(max);
        hash.Add(low);
        hash.Add(high);
        hash.Add(depth);
        _hash = hash.ToHashCode();
    }

    /// <summary>Form; sequences have two parts, unions and intersections at least two in order of their ids.</summary>
    public PatternKind Kind { get; }

    /// <summary>Parts.</summary>
    public Derivative[] Parts { get; }

    /// <summary>Whether the empty text belongs to it.</summary>
    public bool IsNullable { get; }

    /// <summary>Code points of a set.</summary>
    public CodePointSet? Set { get; }

    /// <summary>Least repetitions.</summary>
    public int Min { get; }

    /// <summary>Most repetitions or <see cref="Unlimited"/>.</summary>
    public int Max { get; }

    /// <summary>Texts, of which those from <see cref="Low"/> to before <see cref="High"/> are possible, from <see cref="Depth"/> on.</summary>
    public TextTable? Texts { get; }

    /// <summary>First possible text.</summary>
    public int Low { get; }

    /// <summary>Behind the last possible text.</summary>
    public int High { get; }

    /// <summary>Code points already read.</summary>
    public int Depth { get; }

    /// <summary>Number inside the pool.</summary>
    public int Id { get; set; }

    /// <summary>What follows each code point: pieces from the first code point on, the first at 0. Null until computed.</summary>
    public (int First, Derivative Target)[]? Pieces { get; set; }

    /// <inheritdoc/>
    public bool Equals(Derivative? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (_hash == other._hash && Kind == other.Kind && Min == other.Min && Max == other.Max && Low == other.Low && High == other.High && Depth == other.Depth
                && ReferenceEquals(Texts, other.Texts) && Equals(Set, other.Set) && Parts.AsSpan().SequenceEqual(other.Parts)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Derivative);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
