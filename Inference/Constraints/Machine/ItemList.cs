namespace MistralServe.Inference.Constraints.Machine;

/// <summary>A set of items in order of their arrival, reused as a scratch pad. Belongs to one thread.</summary>
internal sealed class ItemList
{
    // Ours: more ways at once come from grammars that are ambiguous without need. Those too many are not followed: fewer texts
    // are allowed then, never others.
    private const int MaxCount = 2_048;

    // Up to here comparing with all is quicker than hashing.
    private const int ScanCount = 12;

    private MachineItem[] _items = new MachineItem[16];
    private int[] _table = [];
    private int _tableCount;

    /// <summary>The items.</summary>
    public ReadOnlySpan<MachineItem> Items => _items.AsSpan(0, Count);

    /// <summary>Number of items.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the text may end.</summary>
    public bool MayEnd { get; set; }

    /// <summary>Whether there is no way at all.</summary>
    public bool IsDead => Count == 0 && !MayEnd;

    /// <summary>Whether there is room for no more.</summary>
    public bool IsFull => Count >= MaxCount;

    /// <summary>Makes it empty.</summary>
    public void Clear()
    {
        Count = 0;
        _tableCount = 0;
        MayEnd = false;
    }

    /// <summary>Fills it with the content of a state.</summary>
    public void Set(MachineState state)
    {
        Clear();
        foreach (MachineItem item in state.Items)
        {
            Append(item);
        }

        MayEnd = state.MayEnd;
    }

    /// <summary>
    /// Adds an item.
    /// </summary>
    /// <returns>False when it was there already, or there is no room.</returns>
    public bool Add(in MachineItem item)
    {
        if (Count >= MaxCount || Contains(item))
        {
            return false;
        }

        Append(item);
        return true;
    }

    private void Append(in MachineItem item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
    }

    private bool Contains(in MachineItem item)
    {
        if (Count <= ScanCount)
        {
            for (int i = 0; i < Count; i++)
            {
                if (_items[i].IsSame(item))
                {
                    return true;
                }
            }

            return false;
        }

        IndexItems();
        for (int slot = item.Hash & (_table.Length - 1); _table[slot] != 0; slot = (slot + 1) & (_table.Length - 1))
        {
            if (_items[_table[slot] - 1].IsSame(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Brings the hash table up to date; it has at least twice as many places as items.</summary>
    private void IndexItems()
    {
        if (_table.Length < Count * 2 + 2)
        {
            _table = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Count * 4)];
            _tableCount = 0;
        }
        else if (_tableCount == 0)
        {
            Array.Clear(_table);
        }

        while (_tableCount < Count)
        {
            int slot = _items[_tableCount].Hash & (_table.Length - 1);
            while (_table[slot] != 0)
            {
                slot = (slot + 1) & (_table.Length - 1);
            }

            _table[slot] = ++_tableCount;
        }
    }
}
