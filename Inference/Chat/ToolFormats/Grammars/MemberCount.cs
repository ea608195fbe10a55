using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Writes members that stand between marks, held to the number that a schema asks for: the state is the next member and how many there
/// have been. Stateless.
/// </summary>
internal static class MemberCount
{
    // Ours: states are members times counts. Past it only the required members count.
    private const int MaxStates = 4096;

    /// <summary>A row of members in their order, then extra ones.</summary>
    /// <param name="members">Says how many there may be, and which are required.</param>
    /// <param name="named">The written named members, as many as the list has.</param>
    /// <param name="extra">One written extra member; null when there are none.</param>
    public static GrammarNode Write(MemberList members, IReadOnlyList<GrammarNode> named, GrammarNode? extra)
    {
        int required = members.Named.Count(member => member.Required);
        int min = Math.Max(0, members.MinCount);
        int most = extra is null ? Math.Min(members.MaxCount ?? int.MaxValue, named.Count) : members.MaxCount ?? int.MaxValue;
        bool isFree = min <= required && (members.MaxCount is null || (extra is null && members.MaxCount >= named.Count));
        int counts = Math.Min(named.Count, Math.Max(min, members.MaxCount ?? 0)) + 1;
        return isFree || (long)counts * (named.Count + 1) > MaxStates ? WriteFree(members, named, extra) : WriteCounted(members, named, extra, min, most);
    }

    private static GrammarNode WriteFree(MemberList members, IReadOnlyList<GrammarNode> named, GrammarNode? extra) => GrammarNode.Sequence(
        [.. named.Select((node, i) => members.Named[i].Required ? node : GrammarNode.Optional(node)), .. extra is null ? [] : new[] { GrammarNode.Repeat(extra, 0, null) }]);

    private static GrammarNode WriteCounted(MemberList members, IReadOnlyList<GrammarNode> named, GrammarNode? extra, int min, int most)
    {
        // From the last member to the first: what may follow when a number of members, at most all before, have been written.
        var next = new GrammarNode[named.Count + 1];
        for (int count = 0; count <= named.Count; count++)
        {
            next[count] = count > most ? GrammarNode.Never
                : extra is not null ? GrammarNode.Repeat(extra, Math.Max(0, min - count), members.MaxCount - count)
                : count >= min ? GrammarNode.Empty : GrammarNode.Never;
        }

        for (int index = named.Count - 1; index >= 0; index--)
        {
            var now = new GrammarNode[index + 1];
            for (int count = 0; count <= index; count++)
            {
                GrammarNode with = next[count + 1] == GrammarNode.Never ? GrammarNode.Never : GrammarNode.Sequence(named[index], next[count + 1]);
                GrammarNode[] ways = [.. (members.Named[index].Required ? [with] : new[] { with, next[count] }).Where(way => way != GrammarNode.Never)];
                now[count] = ways.Length == 0 ? GrammarNode.Never
                    : GrammarNode.Rule(new GrammarRule($"members from {index} behind {count}") { Body = GrammarNode.AnyOf(ways) });
            }

            next = now;
        }

        return next[0];
    }
}
