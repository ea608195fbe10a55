namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Byte strings as a trie whose chains are stored as what they are, bytes. A state is a place in those bytes. Linear in the size of
/// the strings. Immutable; any thread.
/// </summary>
internal sealed class StringSet
{
    private readonly byte[] _chains;
    private readonly int[] _nodeOf;
    private readonly Node[] _nodes;
    private readonly byte[] _branchValues;
    private readonly int[] _branchTargets;

    private StringSet(byte[] chains, int[] nodeOf, Node[] nodes, byte[] branchValues, int[] branchTargets)
    {
        _chains = chains;
        _nodeOf = nodeOf;
        _nodes = nodes;
        _branchValues = branchValues;
        _branchTargets = branchTargets;
    }

    /// <summary>
    /// Builds a set.
    /// </summary>
    /// <param name="strings">Ascending by bytes, without duplicates; at least one.</param>
    public static StringSet Create(IReadOnlyList<byte[]> strings)
    {
        var chains = new List<byte>();
        var nodeOf = new List<int>();
        var nodes = new List<Node>();
        var values = new List<byte>();
        var targets = new List<int>();
        var open = new Queue<(int Low, int High, int Depth, int Branch)>();
        open.Enqueue((0, strings.Count, 0, -1));
        while (open.TryDequeue(out (int Low, int High, int Depth, int Branch) part))
        {
            if (part.Branch >= 0)
            {
                targets[part.Branch] = chains.Count;
            }

            byte[] first = strings[part.Low];
            int common = first.AsSpan(part.Depth).CommonPrefixLength(strings[part.High - 1].AsSpan(part.Depth)) + part.Depth;
            for (int i = part.Depth; i < common; i++)
            {
                chains.Add(first[i]);
                nodeOf.Add(~nodes.Count);
            }

            chains.Add(0);
            nodeOf.Add(nodes.Count);
            int start = values.Count;
            bool ends = first.Length == common;
            int low = ends ? part.Low + 1 : part.Low;
            while (low < part.High)
            {
                byte value = strings[low][common];
                int end = low + 1;
                while (end < part.High && strings[end][common] == value)
                {
                    end++;
                }

                open.Enqueue((low, end, common + 1, values.Count));
                values.Add(value);
                targets.Add(0);
                low = end;
            }

            nodes.Add(new Node(start, values.Count, ends ? part.Low : -1, part.Low, part.High));
        }

        return new StringSet([.. chains], [.. nodeOf], [.. nodes], [.. values], [.. targets]);
    }

    /// <summary>The state behind a byte; -1 when there is none.</summary>
    public int Next(int state, byte value)
    {
        if (_nodeOf[state] < 0)
        {
            return _chains[state] == value ? state + 1 : -1;
        }

        Node node = _nodes[_nodeOf[state]];
        int found = _branchValues.AsSpan(node.Start..node.End).BinarySearch(value);
        return found < 0 ? -1 : _branchTargets[node.Start + found];
    }

    /// <summary>Whether any byte leads on.</summary>
    public bool HasNext(int state) => _nodeOf[state] < 0 || _nodes[_nodeOf[state]].Start < _nodes[_nodeOf[state]].End;

    /// <summary>The string that ends in a state; -1 when none does.</summary>
    public int EndingAt(int state) => _nodeOf[state] < 0 ? -1 : _nodes[_nodeOf[state]].Text;

    /// <summary>The strings that go through or end in a state, as a half-open range.</summary>
    public (int Low, int High) Through(int state)
    {
        // Inside a chain: the strings of the node at its end.
        int index = _nodeOf[state];
        Node node = _nodes[index < 0 ? ~index : index];
        return (node.Low, node.High);
    }

    /// <summary>Adds the bytes that lead on.</summary>
    public void AddNextBytes(int state, ref ByteSet bytes)
    {
        if (_nodeOf[state] < 0)
        {
            bytes.Add(_chains[state]);
            return;
        }

        Node node = _nodes[_nodeOf[state]];
        foreach (byte value in _branchValues.AsSpan(node.Start..node.End))
        {
            bytes.Add(value);
        }
    }

    /// <summary>Bytes from a state to the nearest end.</summary>
    /// <param name="state">State.</param>
    /// <param name="strings">What the set was made of.</param>
    /// <param name="mayEnd">Which strings count.</param>
    public long GetMinBytes(int state, IReadOnlyList<byte[]> strings, Func<int, bool> mayEnd)
    {
        (int low, int high) = Through(state);
        int read = ReadBytes(state, strings[low]);
        long least = long.MaxValue;
        for (int text = low; text < high; text++)
        {
            if (mayEnd(text))
            {
                least = Math.Min(least, strings[text].Length - read);
            }
        }

        return least;
    }

    private int ReadBytes(int state, byte[] through)
    {
        int place = 0;
        int read = 0;
        while (place != state)
        {
            place = Next(place, through[read++]);
        }

        return read;
    }

    private readonly record struct Node(int Start, int End, int Text, int Low, int High);
}
