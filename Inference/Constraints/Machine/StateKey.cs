namespace MistralServe.Inference.Constraints.Machine;

/// <summary>The content of a state.</summary>
/// <param name="Items">The ways, in order.</param>
/// <param name="MayEnd">Whether the text may end.</param>
internal readonly record struct StateKey(MachineItem[] Items, bool MayEnd);

/// <summary>Compares states by content, also with a scratch pad that may become one. Stateless; any thread.</summary>
internal sealed class StateKeyComparer : IEqualityComparer<StateKey>, IAlternateEqualityComparer<ItemList, StateKey>
{
    /// <summary>The comparer.</summary>
    public static StateKeyComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(StateKey x, StateKey y) => AreEqual(x.Items, x.MayEnd, y);

    /// <inheritdoc/>
    public bool Equals(ItemList alternate, StateKey other) => AreEqual(alternate.Items, alternate.MayEnd, other);

    /// <inheritdoc/>
    public int GetHashCode(StateKey obj) => Hash(obj.Items, obj.MayEnd);

    /// <inheritdoc/>
    public int GetHashCode(ItemList alternate) => Hash(alternate.Items, alternate.MayEnd);

    /// <inheritdoc/>
    public StateKey Create(ItemList alternate) => new(alternate.Items.ToArray(), alternate.MayEnd);

    private static bool AreEqual(ReadOnlySpan<MachineItem> items, bool mayEnd, StateKey other)
    {
        if (mayEnd != other.MayEnd || items.Length != other.Items.Length)
        {
            return false;
        }

        for (int i = 0; i < items.Length; i++)
        {
            if (!items[i].IsSame(other.Items[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Hash(ReadOnlySpan<MachineItem> items, bool mayEnd)
    {
        var hash = new HashCode();
        hash.Add(mayEnd);
        foreach (MachineItem item in items)
        {
            hash.Add(item.Hash);
        }

        return hash.ToHashCode();
    }
}
