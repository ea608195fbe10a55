namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// A regular language over code points, closed under intersection and complement: what one piece of text may look like before it
/// is encoded (as UTF-8, as a JSON string). Immutable; any thread. Building never fails and costs nothing but the objects;
/// depth and size are judged by <see cref="GrammarCompiler"/>.
/// </summary>
internal sealed class Pattern
{
    private Pattern(PatternKind kind, IReadOnlyList<Pattern> parts)
    {
        Kind = kind;
        Parts = parts;
        int depth = 0;
        long size = 1;
        long unrolled = 1;
        foreach (Pattern part in parts)
        {
            depth = Math.Max(depth, part.Depth);
            size += part.Size;
            unrolled += part.UnrolledSize;
        }

        Depth = depth + 1;
        Size = Math.Min(size, int.MaxValue);
        UnrolledSize = Math.Min(unrolled, int.MaxValue);
    }

    /// <summary>No text.</summary>
    public static Pattern Never { get; } = new(PatternKind.Never, []);

    /// <summary>The empty text.</summary>
    public static Pattern Empty { get; } = new(PatternKind.Empty, []);

    /// <summary>Any one code point.</summary>
    public static Pattern AnyChar { get; } = Chars(CodePointSet.All);

    /// <summary>Any text.</summary>
    public static Pattern AnyText { get; } = Repeat(AnyChar, 0, null);

    /// <summary>What it is made of.</summary>
    public PatternKind Kind { get; }

    /// <summary>Parts; none for leaves.</summary>
    public IReadOnlyList<Pattern> Parts { get; }

    /// <summary>Code points of <see cref="PatternKind.Chars"/>.</summary>
    public CodePointSet Set { get; private init; } = CodePointSet.None;

    /// <summary>Texts of <see cref="PatternKind.Strings"/>.</summary>
    public IReadOnlyCollection<string> Texts { get; private init; } = [];

    /// <summary>Least repetitions.</summary>
    public int Min { get; private init; }

    /// <summary>Most repetitions; null means no limit.</summary>
    public int? Max { get; private init; }

    /// <summary>Levels of nesting, 1 for leaves.</summary>
    public int Depth { get; }

    /// <summary>Number of nodes, shared ones counted each time; capped.</summary>
    public long Size { get; }

    /// <summary>Number of nodes when bounded repetitions are written out; capped.</summary>
    public long UnrolledSize { get; private init; }

    /// <summary>One code point of a set.</summary>
    public static Pattern Chars(CodePointSet set) => set.IsEmpty ? Never : new(PatternKind.Chars, []) { Set = set };

    /// <summary>Exactly this text. Lone surrogates become U+FFFD.</summary>
    public static Pattern Literal(string text) => text.Length == 0 ? Empty : Strings([text]);

    /// <summary>One of some texts; cheap for tens of thousands. Lone surrogates become U+FFFD.</summary>
    public static Pattern Strings(IReadOnlyCollection<string> texts) => texts.Count == 0 ? Never : new(PatternKind.Strings, []) { Texts = texts };

    /// <summary>One after the other; the empty text when there are none.</summary>
    public static Pattern Sequence(params IReadOnlyList<Pattern> parts) => parts.Count switch { 0 => Empty, 1 => parts[0], _ => new(PatternKind.Sequence, parts) };

    /// <summary>One of them; nothing when there are none.</summary>
    public static Pattern AnyOf(params IReadOnlyList<Pattern> parts) => parts.Count switch { 0 => Never, 1 => parts[0], _ => new(PatternKind.AnyOf, parts) };

    /// <summary>What all of them accept; any text when there are none.</summary>
    public static Pattern AllOf(params IReadOnlyList<Pattern> parts) => parts.Count switch { 0 => AnyText, 1 => parts[0], _ => new(PatternKind.AllOf, parts) };

    /// <summary>Every text that a pattern doesn't accept.</summary>
    public static Pattern Not(Pattern part) => new(PatternKind.Not, [part]);

    /// <summary>
    /// A pattern several times.
    /// </summary>
    /// <param name="part">What repeats.</param>
    /// <param name="min">At least 0.</param>
    /// <param name="max">At least <paramref name="min"/>, else nothing is accepted; null means no limit.</param>
    public static Pattern Repeat(Pattern part, int min, int? max) =>
        max < min ? Never : new(PatternKind.Repeat, [part])
        {
            Min = min,
            Max = max,
            UnrolledSize = Math.Min(part.UnrolledSize * Math.Max(1, max ?? min), int.MaxValue),
        };

    /// <summary>A pattern or nothing.</summary>
    public static Pattern Optional(Pattern part) => Repeat(part, 0, 1);
}
