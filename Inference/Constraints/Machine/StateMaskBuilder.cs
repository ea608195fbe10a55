using System.Numerics;
using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// Computes the mask of a state: of each of its texts what is allowed whatever follows, and of the tokens that leave the text what
/// the stack below allows. Belongs to the thread that owns the grammar.
/// </summary>
internal sealed class StateMaskBuilder(GrammarMachine machine)
{
    // Ours, in looks at a node of the trie: some 10 ms, for which all others wait. Only grammars that are ambiguous without need come
    // near; they get a smaller mask, never a wrong one.
    private const int MaxWork = 500_000;

    // What going to a node costs.
    private const int VisitWork = 5;

    // What a step on the way to a continuation costs, and looking for one.
    private const int ExpansionWork = 20;

    private readonly ConstraintVocabulary _vocabulary = machine.Vocabulary;
    private readonly TokenTrie _trie = machine.Vocabulary.Trie;
    private readonly ulong[] _mask = new ulong[machine.Vocabulary.MaskWords];
    private readonly HashSet<(StackFrame, int)> _walked = [];
    private LexemeMask? _base;
    private int _work;

    /// <summary>Computes the mask of a clamped state.</summary>
    public StateMask Build(MachineState state)
    {
        Array.Clear(_mask);
        _walked.Clear();
        _base = null;
        _work = 0;
        foreach (MachineItem item in state.Items)
        {
            AddItem(item);
        }

        if (state.MayEnd)
        {
            foreach (int token in _vocabulary.Source.EndOfGenerationTokens)
            {
                Allow(token);
            }
        }

        return ToMask(state);
    }

    private StateMask ToMask(MachineState state)
    {
        int count = Count(_mask);
        int fewTokens = _mask.Length;
        if (count <= fewTokens)
        {
            return new StateMask(state) { Tokens = MaskDraft.TokenList(_mask, count) };
        }

        if (_base is not null && count - Count(_base.Dense) <= fewTokens)
        {
            ulong[] rest = new ulong[_mask.Length];
            for (int i = 0; i < rest.Length; i++)
            {
                rest[i] = _mask[i] & ~_base.Dense![i];
            }

            return new StateMask(state) { Base = _base, Tokens = MaskDraft.TokenList(rest, Count(rest)) };
        }

        return new StateMask(state) { Dense = [.. _mask] };
    }

    private static int Count(ReadOnlySpan<ulong> mask)
    {
        int count = 0;
        foreach (ulong word in mask)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    private void AddItem(in MachineItem item)
    {
        switch (item.Part.Kind)
        {
            case PartKind.Tokens:
                foreach (int token in item.Part.Tokens)
                {
                    Allow(token);
                }

                break;
            case PartKind.FreeText:
                ReadOnlySpan<ulong> control = _vocabulary.ControlTokens;
                for (int i = 0; i < _mask.Length; i++)
                {
                    _mask[i] |= control[i];
                }

                foreach (int token in item.Part.FreeText!.TokenTriggers.Keys)
                {
                    Allow(token);
                }

                AddText(item, (DfaLexeme)item.Lexeme!);
                break;
            default:
                if (item.Lexeme is DfaLexeme lexeme)
                {
                    AddText(item, lexeme);
                }
                else
                {
                    Walk(item, item.Lexeme!, 0);
                }

                break;
        }
    }

    private void AddText(in MachineItem item, DfaLexeme lexeme)
    {
        LexemeMask mask = lexeme.GetMask(item.State, _vocabulary);
        mask.AddTo(_mask);
        if (mask.Dense is not null)
        {
            _base ??= mask;
        }

        if (mask.ExitBits is not null)
        {
            WalkExitBits(item, mask.ExitBits);
            return;
        }

        for (int i = 0; i < mask.Exits!.Length && _work < MaxWork; i++)
        {
            if (machine.After(item, mask.ExitLabels is null ? Lexeme.NoLabel : mask.ExitLabels[i]) is { } frame)
            {
                WalkContinuation(frame, mask.Exits[i]);
            }
        }
    }

    /// <summary>The text may end almost anywhere: rather than at those places one looks at the bytes that may follow.</summary>
    private void WalkExitBits(in MachineItem item, ulong[] exits)
    {
        if (machine.After(item, Lexeme.NoLabel) is not { } frame)
        {
            return;
        }

        Continuation continuation = Expand(frame);
        for (int i = 0; i < continuation.Items.Length && _work < MaxWork; i++)
        {
            MachineItem next = continuation.Items[i];
            for (int value = continuation.NextBytes[i].Next(0); value >= 0; value = continuation.NextBytes[i].Next(value + 1))
            {
                foreach (int node in _trie.NodesOf((byte)value))
                {
                    int parent = _trie.Parent[node];
                    if ((exits[parent / 64] >> (parent % 64) & 1) != 0)
                    {
                        Visit(next, next.Lexeme!, node);
                    }
                }
            }
        }
    }

    private Continuation Expand(StackFrame frame)
    {
        int before = machine.ExpansionSteps;
        Continuation continuation = machine.Expand(frame);
        _work += ExpansionWork * (1 + machine.ExpansionSteps - before);
        return continuation;
    }

    private void WalkContinuation(StackFrame frame, int node)
    {
        Continuation continuation = Expand(frame);
        for (int i = 0; i < continuation.Items.Length && _work < MaxWork; i++)
        {
            // Tokens by id come at the start of a token only.
            if (continuation.Items[i].Lexeme is { } lexeme)
            {
                Walk(continuation.Items[i], lexeme, node, continuation.NextBytes[i]);
            }
        }
    }

    private void Walk(in MachineItem item, Lexeme lexeme, int node, in ByteSet first)
    {
        ReadOnlySpan<int> ends = _trie.End;
        ReadOnlySpan<byte> values = _trie.Value;
        for (int child = node + 1; child < ends[node] && _work < MaxWork; child = ends[child])
        {
            _work++;
            if (first.Contains(values[child]))
            {
                Visit(item, lexeme, child);
            }
        }
    }

    private void Walk(in MachineItem item, Lexeme lexeme, int node)
    {
        ReadOnlySpan<int> ends = _trie.End;
        for (int child = node + 1; child < ends[node]; child = ends[child])
        {
            Visit(item, lexeme, child);
        }
    }

    /// <summary>Goes on from the node above to a node, and to all below it.</summary>
    private void Visit(in MachineItem item, Lexeme lexeme, int node)
    {
        LexState state = item.State;
        _work += VisitWork;
        if (_work > MaxWork || !lexeme.TryStep(ref state, _trie.Value[node]))
        {
            return;
        }

        for (int i = _trie.TokenStart[node]; i < _trie.TokenStart[node + 1]; i++)
        {
            Allow(_trie.Tokens[i]);
        }

        if (_trie.End[node] == node + 1)
        {
            return;
        }

        MachineItem next = item with { State = state };
        if (lexeme.IsAccepting(state) && machine.After(next, lexeme.GetLabel(state)) is { } frame && _walked.Add((frame, node)))
        {
            WalkContinuation(frame, node);
        }

        Walk(next, lexeme, node);
    }

    private void Allow(int token)
    {
        if ((uint)token < (uint)_vocabulary.Source.Count)
        {
            _mask[token / 64] |= 1UL << (token % 64);
        }
    }
}
