using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>Finds the text that must come because there is only one way on, and splits it into tokens. Belongs to the thread that owns the grammar.</summary>
internal sealed class ForcedSpan(GrammarMachine machine)
{
    // Ours: keys and fixed words are shorter; longer ones are forced part by part.
    private const int MaxBytes = 512;

    private readonly byte[] _text = new byte[MaxBytes];
    private readonly TokenTrie _trie = machine.Vocabulary.Trie;
    private ItemList _current = new();
    private ItemList _next = new();

    /// <summary>The tokens that must come after a state; empty when there is a choice.</summary>
    public int[] Find(MachineState state)
    {
        _current.Set(state);
        int length = 0;
        while (length < MaxBytes && OnlyByte(_current) is { } value)
        {
            _text[length++] = value;
            Step(value);
        }

        if (length == 0)
        {
            return [];
        }

        ReadOnlySpan<byte> text = _text.AsSpan(0, length);
        int[] tokens = Split(text);
        return tokens.Length > 0 && HasLongerToken(state, text, tokens) ? tokens[..^1] : tokens;
    }

    /// <summary>The only byte that may come; null when there are several, or the text may end, or a token may come by id.</summary>
    private static byte? OnlyByte(ItemList items)
    {
        if (items.MayEnd || items.Count == 0)
        {
            return null;
        }

        var bytes = default(ByteSet);
        foreach (MachineItem item in items.Items)
        {
            if (item.Lexeme is not { } lexeme || item.Part.Kind == PartKind.FreeText)
            {
                return null;
            }

            lexeme.AddNextBytes(item.State, ref bytes);
            if (bytes.Count > 1)
            {
                return null;
            }
        }

        int only = bytes.Next(0);
        return only < 0 ? null : (byte)only;
    }

    private void Step(byte value)
    {
        machine.StepByte(_current, value, _next);
        (_current, _next) = (_next, _current);
    }

    private int[] Split(ReadOnlySpan<byte> text)
    {
        int[] tokens = machine.Vocabulary.Source.Tokenize(text, addSpecial: false, parseSpecial: false);
        return Spells(tokens, text) ? tokens : SplitGreedily(text);
    }

    /// <summary>Whether tokens are exactly a text: some tokenizers put a space before, or cannot read parts of characters.</summary>
    private bool Spells(int[] tokens, ReadOnlySpan<byte> text)
    {
        foreach (int token in tokens)
        {
            ReadOnlySpan<byte> bytes = machine.Vocabulary.Source.GetBytes(token);
            if (bytes.IsEmpty || machine.Vocabulary.Source.IsEndOfGeneration(token) || bytes.Length > TokenTrie.MaxTokenBytes || !text.StartsWith(bytes))
            {
                return false;
            }

            text = text[bytes.Length..];
        }

        return text.IsEmpty;
    }

    private int[] SplitGreedily(ReadOnlySpan<byte> text)
    {
        var tokens = new List<int>();
        while (!text.IsEmpty)
        {
            int node = 0;
            int best = -1;
            int length = 0;
            for (int i = 0; i < text.Length; i++)
            {
                node = _trie.Child(node, text[i]);
                if (node < 0)
                {
                    break;
                }

                if (_trie.TokenStart[node] < _trie.TokenStart[node + 1])
                {
                    best = _trie.Tokens[_trie.TokenStart[node]];
                    length = i + 1;
                }
            }

            if (best < 0)
            {
                break;
            }

            tokens.Add(best);
            text = text[length..];
        }

        return [.. tokens];
    }

    /// <summary>Whether a token that begins with the last one and goes on is allowed in its place.</summary>
    private bool HasLongerToken(MachineState state, ReadOnlySpan<byte> text, int[] tokens)
    {
        ReadOnlySpan<byte> last = machine.Vocabulary.Source.GetBytes(tokens[^1]);
        int node = 0;
        foreach (byte value in last)
        {
            node = _trie.Child(node, value);
            if (node < 0)
            {
                return false;
            }
        }

        _current.Set(state);
        foreach (byte value in text)
        {
            Step(value);
        }

        for (int longer = node + 1; longer < _trie.End[node]; longer++)
        {
            if (_trie.TokenStart[longer] < _trie.TokenStart[longer + 1]
                && GoesOn(_current, machine.Vocabulary.Source.GetBytes(_trie.Tokens[_trie.TokenStart[longer]])[last.Length..]))
            {
                return true;
            }
        }

        return false;
    }

    private bool GoesOn(ItemList start, ReadOnlySpan<byte> rest)
    {
        ItemList from = start;
        ItemList to = new();
        foreach (byte value in rest)
        {
            machine.StepByte(from, value, to);
            if (to.IsDead)
            {
                return false;
            }

            from = to;
            to = new ItemList();
        }

        return true;
    }
}
