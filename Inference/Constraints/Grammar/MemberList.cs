namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// What stands between the braces of an object: named members in the order given, each at most once and left out unless
/// required, then any number of extra members. Costs linear space, also with thousands of optional members. Immutable.
/// </summary>
internal sealed record MemberList
{
    /// <summary>Members in their order.</summary>
    public required IReadOnlyList<Member> Named { get; init; }

    /// <summary>Kinds of members that may follow the named ones, in any order and number.</summary>
    public IReadOnlyList<ExtraMember> Extra { get; init; } = [];

    /// <summary>Between two members: the comma with its white space.</summary>
    public required GrammarNode Separator { get; init; }

    /// <summary>Between key and value: the colon with its white space.</summary>
    public required GrammarNode KeySeparator { get; init; }

    /// <summary>Least number of members, named and extra together.</summary>
    public int MinCount { get; init; }

    /// <summary>Most members; null means no limit.</summary>
    public int? MaxCount { get; init; }
}

/// <summary>
/// A named member.
/// </summary>
/// <param name="Key">The key exactly as written, with quotes and escapes.</param>
/// <param name="Value">Its value.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record Member(string Key, GrammarNode Value, bool Required);

/// <summary>
/// A kind of extra members.
/// </summary>
/// <param name="Key">The key with its quotes: <see cref="GrammarNode.Text"/> or <see cref="GrammarNode.Literals"/>.</param>
/// <param name="Value">Its value.</param>
internal sealed record ExtraMember(GrammarNode Key, GrammarNode Value);
