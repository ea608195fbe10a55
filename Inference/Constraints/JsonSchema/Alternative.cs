using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>One way to write a value; parts of it are <see cref="SchemaNode"/>s.</summary>
internal abstract record Alternative;

/// <summary>One of some texts, as JSON writes them.</summary>
internal sealed record TextsAlternative(IReadOnlyCollection<string> Texts) : Alternative;

/// <summary>A number.</summary>
/// <param name="Pattern">Its texts, apart from <see cref="NumberPatterns.LongestText"/>.</param>
internal sealed record NumberAlternative(Pattern Pattern) : Alternative;

/// <summary>A text.</summary>
/// <param name="Pattern">What it matches; null for anything.</param>
/// <param name="Min">Least number of characters.</param>
/// <param name="Max">Greatest; null for none.</param>
internal sealed record StringAlternative(Pattern? Pattern, int Min, int? Max) : Alternative;

/// <summary>An array.</summary>
/// <param name="Prefix">The first items.</param>
/// <param name="Rest">All items behind them; null when there are none.</param>
/// <param name="Min">Least number of items.</param>
/// <param name="Max">Greatest; null for none.</param>
/// <param name="Contained">What some items are besides; null for nothing. Only without prefix.</param>
internal sealed record ArrayAlternative(IReadOnlyList<SchemaNode> Prefix, SchemaNode? Rest, int Min, int? Max, ContainedItems? Contained) : Alternative;

/// <summary>Items of a kind that an array must have.</summary>
/// <param name="Node">The items.</param>
/// <param name="Count">Least number of them; with more than one, or a maximum, the array's length has no bounds of its own.</param>
/// <param name="Max">Greatest number; null for none. With it all other items are of another kind: the array's rest.</param>
internal sealed record ContainedItems(SchemaNode Node, int Count, int? Max);

/// <summary>An array of distinct constants.</summary>
/// <param name="Texts">The constants, as JSON writes them.</param>
/// <param name="Min">Least number of items.</param>
/// <param name="Max">Greatest.</param>
internal sealed record SelectionAlternative(IReadOnlyList<string> Texts, int Min, int Max) : Alternative;

/// <summary>An object.</summary>
/// <param name="Named">Members by name, in order.</param>
/// <param name="Extra">Members with other names.</param>
/// <param name="Min">Least number of members.</param>
/// <param name="Max">Greatest; null for none.</param>
internal sealed record ObjectAlternative(IReadOnlyList<NamedMember> Named, IReadOnlyList<OtherMembers> Extra, int Min, int? Max) : Alternative;

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record NamedMember(string Name, SchemaNode Value, bool IsRequired);

/// <summary>Members with names of one kind.</summary>
/// <param name="Names">The names; null for all.</param>
/// <param name="IsNarrow">Whether the names follow a pattern, and are not just different from others.</param>
/// <param name="Value">Their values.</param>
internal sealed record OtherMembers(Pattern? Names, bool IsNarrow, SchemaNode Value);

/// <summary>
/// A place of the merged schema: a value that must satisfy some terms at once. Belongs to a <see cref="SchemaGraph"/>.
/// </summary>
/// <param name="id">Number within the graph.</param>
/// <param name="terms">What the value must satisfy; none for any value.</param>
internal sealed class SchemaNode(int id, IReadOnlyList<Term> terms)
{
    /// <summary>As <see cref="ShortestLength"/>: no value satisfies it.</summary>
    public const long Never = long.MaxValue / 4;

    /// <summary>Number within the graph.</summary>
    public int Id { get; } = id;

    /// <summary>What the value must satisfy; none for any value.</summary>
    public IReadOnlyList<Term> Terms { get; } = terms;

    /// <summary>The ways to write it; null until worked out.</summary>
    public List<Alternative>? Alternatives { get; set; }

    /// <summary>Least number of bytes of a value, from below; <see cref="Never"/> when there is none.</summary>
    public long ShortestLength { get; set; } = Never;
}
