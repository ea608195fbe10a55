namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// How short the values of each place can be; places that no finite value satisfies stay at <see cref="SchemaNode.Never"/>.
/// Stateless.
/// </summary>
internal static class SchemaSizes
{
    /// <summary>The places that an alternative is made of.</summary>
    public static IEnumerable<SchemaNode> GetParts(Alternative alternative) => alternative switch
    {
        ObjectAlternative @object => [.. @object.Named.Select(member => member.Value), .. @object.Extra.Select(extra => extra.Value)],
        ArrayAlternative array => [.. array.Prefix, .. array.Rest is null ? [] : new[] { array.Rest }, .. array.Contained is null ? [] : new[] { array.Contained.Node }],
        _ => [],
    };

    /// <summary>
    /// Computes <see cref="SchemaNode.ShortestLength"/> of all places, to the least fixed point. Rounds go backwards and forwards in
    /// turn, because parts mostly come behind what they are parts of, and otherwise before.
    /// </summary>
    /// <param name="nodes">All places that refer to each other.</param>
    /// <param name="context">The compilation; has a problem when this took too long.</param>
    public static void Compute(IReadOnlyList<SchemaNode> nodes, SchemaContext context)
    {
        bool hasChanged = true;
        for (int round = 0; hasChanged; round++)
        {
            hasChanged = false;
            for (int i = 0; i < nodes.Count && context.TryStep(); i++)
            {
                SchemaNode node = nodes[round % 2 == 0 ? nodes.Count - 1 - i : i];
                long shortest = node.Alternatives!.Select(GetShortest).Append(SchemaNode.Never).Min();
                hasChanged |= shortest < node.ShortestLength;
                node.ShortestLength = Math.Min(node.ShortestLength, shortest);
            }
        }
    }

    /// <summary>Whether some finite value satisfies it.</summary>
    public static bool CanBe(SchemaNode node) => node.ShortestLength < SchemaNode.Never;

    /// <summary>Least number of bytes of an alternative, from below.</summary>
    public static long GetShortest(Alternative alternative) => Math.Min(SchemaNode.Never, alternative switch
    {
        TextsAlternative texts => texts.Texts.Min(text => text.Length),
        StringAlternative text => 2L + text.Min,
        ObjectAlternative @object => GetShortest(@object),
        ArrayAlternative array => GetShortest(array),
        SelectionAlternative selection => 2L + (2L * selection.Min),
        _ => 1,
    });

    private static long GetShortest(ObjectAlternative @object)
    {
        long length = 2;
        int count = 0;
        foreach (NamedMember member in @object.Named.Where(member => member.IsRequired))
        {
            length += member.Name.Length + 3 + member.Value.ShortestLength;
            count++;
            if (length >= SchemaNode.Never)
            {
                return SchemaNode.Never;
            }
        }

        // Which of the others fill up the count does not matter here, only whether there can be enough.
        int others = @object.Named.Count(member => !member.IsRequired && CanBe(member.Value));
        bool hasExtra = @object.Extra.Any(extra => CanBe(extra.Value));
        return @object.Min <= count ? length : hasExtra || count + others >= @object.Min ? length + (5L * (@object.Min - count)) : SchemaNode.Never;
    }

    private static long GetShortest(ArrayAlternative array)
    {
        // Without a maximum the singled-out items are among the rest; with one they are apart, and no item of the rest is needed.
        int min = array.Contained is { Max: not null } ? 0 : Math.Max(array.Min, array.Contained?.Count ?? 0);
        long length = 2;
        for (int i = 0; i < min && i < array.Prefix.Count && length < SchemaNode.Never; i++)
        {
            length += array.Prefix[i].ShortestLength + 1;
        }

        if (min > array.Prefix.Count && length < SchemaNode.Never)
        {
            long item = array.Rest is null || !CanBe(array.Rest) ? SchemaNode.Never : array.Rest.ShortestLength + 1;
            length = (long)Int128.Min(SchemaNode.Never, length + ((Int128)(min - array.Prefix.Count) * item));
        }

        return array.Contained is { Node: var node, Count: > 0 } && !CanBe(node) ? SchemaNode.Never : length;
    }
}
