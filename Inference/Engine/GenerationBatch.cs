using System.Runtime.InteropServices;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>
/// Fills a batch with the next tokens of all generating sequences, one each or a forced span, and with guesses behind them. The
/// library computes sequences in one graph only while their ids rise by one: a small gap is filled by a throw-away row, which costs
/// less than a second graph and leaves the cached prefix under it as it was. Engine thread only.
/// </summary>
internal sealed class GenerationBatch
{
    // Measured on four sequences: three throw-away rows cost 10 ms, the graphs they save 25 ms. More in a row cost what they save.
    private const int LargestFilledGap = 3;

    // Rows of unequal count take graphs of their own, so guesses pay only while few sequences run.
    private const int MostSequencesWithDrafts = 2;

    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly BatchRow[] _rows;
    private readonly int[] _draft;
    private readonly List<SequenceSlot> _fillers = [];
    private int _count;

    // Rows that sequences still to be added need.
    private int _reserved;

    /// <summary>Creates a batch for all sequences of a runner.</summary>
    public GenerationBatch(IModelRunner runner, EngineOptions options)
    {
        _runner = runner;
        _options = options;
        _rows = new BatchRow[runner.BatchSize];
        _draft = new int[Math.Max(1, options.MaxDraftTokens)];
    }

    /// <summary>The rows of the last <see cref="Fill"/>.</summary>
    public ReadOnlySpan<BatchRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>The sequences in it that get a token, by id.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>
    /// Collects the rows. A sequence whose reader has a full buffer is left out and marked as stalled.
    /// </summary>
    /// <param name="slots">All sequences, by id.</param>
    /// <param name="now">Timestamp to mark stalled sequences with.</param>
    /// <returns>Number of rows; 0 when no sequence generates.</returns>
    public int Fill(ReadOnlySpan<SequenceSlot> slots, long now)
    {
        _count = 0;
        Members.Clear();
        _fillers.Clear();
        _reserved = 0;
        int generating = CountReady(slots, now);
        int deepest = 0;
        foreach (SequenceSlot slot in slots)
        {
            if (!IsReady(slot))
            {
                continue;
            }

            deepest = Math.Max(deepest, slot.Tokens.Count);
            if (_count > 0)
            {
                FillGap(slots, Members[^1].Slot.Id + 1, slot.Id, deepest);
            }

            AddRows(slot, drafts: generating <= MostSequencesWithDrafts);
        }

        return _count;
    }

    /// <summary>Takes the throw-away rows out of the cache again.</summary>
    public void RemoveFillers()
    {
        foreach (SequenceSlot slot in _fillers)
        {
            _runner.RemoveFrom(slot.Id, slot.Tokens.Count);
        }
    }

    private static bool IsReady(SequenceSlot slot) => slot.Choice is { IsGenerating: true, StalledSince: 0 };

    private int CountReady(ReadOnlySpan<SequenceSlot> slots, long now)
    {
        int count = 0;
        foreach (SequenceSlot slot in slots)
        {
            if (slot.Choice is not { IsGenerating: true } choice)
            {
                continue;
            }

            if (choice.StalledSince == 0 && choice.Job.IsReaderFull)
            {
                choice.StalledSince = now;
            }

            if (choice.StalledSince == 0)
            {
                count++;
                _reserved += choice.Pending.Count;
            }
        }

        return count;
    }

    private void FillGap(ReadOnlySpan<SequenceSlot> slots, int from, int to, int deepest)
    {
        if (to - from > LargestFilledGap || !_runner.CanCut || _count + to - from + _reserved > _rows.Length)
        {
            return;
        }

        // A graph's attention reaches as far as its deepest sequence: a filler behind a long prefix would slow all others.
        foreach (SequenceSlot slot in slots[from..to])
        {
            if (slot.Tokens.Count > deepest || slot.Tokens.Count >= _options.ContextLength)
            {
                return;
            }
        }

        foreach (SequenceSlot slot in slots[from..to])
        {
            _rows[_count++] = new BatchRow(0, slot.Tokens.Count, slot.Id, WantLogits: false);
            _fillers.Add(slot);
        }
    }

    private void AddRows(SequenceSlot slot, bool drafts)
    {
        ChoiceState choice = slot.Choice!;
        int firstRow = _count;
        int position = slot.Tokens.Count;
        foreach (int token in choice.Pending)
        {
            int inSpan = _count - firstRow;
            _rows[_count++] = new BatchRow(token, position + inSpan, slot.Id, WantLogits: inSpan == choice.Pending.Count - 1);
        }

        _reserved -= choice.Pending.Count;
        position += choice.Pending.Count;
        int count = drafts && choice.Drafts is { } lookup ? Propose(slot, choice, lookup) : 0;
        for (int i = 0; i < count; i++)
        {
            _rows[_count++] = new BatchRow(_draft[i], position + i, slot.Id, WantLogits: true);
        }

        Members.Add(new Member(slot, firstRow, choice.Pending.Count, count));
    }

    private int Propose(SequenceSlot slot, ChoiceState choice, DraftLookup lookup)
    {
        int known = slot.Tokens.Count;
        int room = Math.Min(_options.ContextLength - known - choice.Pending.Count, choice.Job.Request.MaxTokens - choice.GeneratedCount - 1);
        room = Math.Min(Math.Min(room, _draft.Length), _rows.Length - _count - _reserved);
        if (room <= 0)
        {
            return 0;
        }

        slot.Tokens.AddRange(choice.Pending);
        int count = lookup.Propose(CollectionsMarshal.AsSpan(slot.Tokens), _draft.AsSpan(0, room));
        slot.Tokens.RemoveRange(known, choice.Pending.Count);
        return choice.Constraint is { } constraint ? CountAllowed(constraint, _draft.AsSpan(0, count)) : count;
    }

    // A guess that the constraint does not allow cannot be confirmed, nor can what follows it.
    private int CountAllowed(ITokenConstraint constraint, ReadOnlySpan<int> draft)
    {
        int allowed = 0;
        int most = Math.Min(draft.Length, constraint.MaxRollback);
        while (allowed < most && !_runner.Vocabulary.IsEndOfGeneration(draft[allowed]) && constraint.Accept(draft[allowed]))
        {
            allowed++;
        }

        constraint.RollBack(allowed);
        return allowed;
    }

    /// <summary>One sequence's part of the batch.</summary>
    /// <param name="Slot">The sequence.</param>
    /// <param name="FirstRow">Index of its first row.</param>
    /// <param name="TokenCount">Rows of its pending tokens, at least one; the last has logits.</param>
    /// <param name="DraftCount">Rows of guesses behind them, all with logits.</param>
    internal readonly record struct Member(SequenceSlot Slot, int FirstRow, int TokenCount, int DraftCount) : IBatchMember
    {
        /// <summary>Index of the last pending token's row: guesses follow.</summary>
        public int LastTokenRow => FirstRow + TokenCount - 1;
    }
}
