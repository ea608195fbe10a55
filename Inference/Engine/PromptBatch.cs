namespace MistralServe.Inference.Engine;

/// <summary>
/// Fills a batch with chunks of prompts: equal shares for as many as get a chunk worth computing, in turn, sorted by sequence,
/// because equal row counts of adjacent sequences are computed in one graph. What one does not need goes to the others. Engine
/// thread only.
/// </summary>
internal sealed class PromptBatch(IModelRunner runner, int slotCount)
{
    // Rows of one step of a prompt whose log probabilities are asked for: each has the whole vocabulary's logits. Ours: 20 MB at
    // 152k tokens.
    private const int MostScoredRows = 32;

    private readonly BatchRow[] _rows = new BatchRow[runner.BatchSize];
    private readonly ChunkBudget _budget = new(runner.BatchSize);
    private int _count;
    private int _next;

    /// <summary>The rows of the last <see cref="Fill"/>.</summary>
    public ReadOnlySpan<BatchRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>The sequences in it, by id.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>
    /// Collects the rows.
    /// </summary>
    /// <param name="slots">All sequences, by id.</param>
    /// <param name="streams">Sequences that generate beside.</param>
    /// <returns>Number of rows; 0 when no prompt is left.</returns>
    public int Fill(ReadOnlySpan<SequenceSlot> slots, int streams)
    {
        _count = 0;
        Members.Clear();
        int budget = _budget.GetRows(streams, CountPrompts(slots));

        // Those behind the last that came come first.
        int wanted = 0;
        for (int i = 0; i < slotCount && wanted < budget; i++)
        {
            SequenceSlot slot = slots[(_next + i) % slotCount];
            if (slot.Choice is { IsPrefilling: true })
            {
                var member = new Member(slot, 0, 0);
                Members.Add(member);
                wanted += Math.Min(member.Left, ChunkBudget.Step);
            }
        }

        if (Members.Count == 0)
        {
            return 0;
        }

        _next = (Members[^1].Slot.Id + 1) % slotCount;
        Members.Sort(static (a, b) => a.Slot.Id.CompareTo(b.Slot.Id));
        Share(budget);
        for (int i = 0; i < Members.Count; i++)
        {
            AddRows(i);
        }

        return _count;
    }

    /// <summary>Takes note of how long the last batch took.</summary>
    public void Learn(TimeSpan elapsed) => _budget.Learn(_count, elapsed);

    private static int CountPrompts(ReadOnlySpan<SequenceSlot> slots)
    {
        int count = 0;
        foreach (SequenceSlot slot in slots)
        {
            count += slot.Choice is { IsPrefilling: true } ? 1 : 0;
        }

        return count;
    }

    // Hands the rows out in rounds of equal shares until none or no prompt is left.
    private void Share(int budget)
    {
        bool open = true;
        while (budget > 0 && open)
        {
            int wanting = Members.Count(static member => member.Count < member.Left);
            open = wanting > 0;
            int share = Math.Max(1, budget / Math.Max(1, wanting));
            for (int i = 0; i < Members.Count && budget > 0; i++)
            {
                Member member = Members[i];
                int more = Math.Min(Math.Min(share, member.Left - member.Count), budget);
                Members[i] = member with { Count = member.Count + more };
                budget -= more;
            }
        }
    }

    private void AddRows(int index)
    {
        Member member = Members[index];
        int[] prompt = member.Slot.Choice!.Prompt;
        int from = member.Slot.Choice.PromptComputed;
        for (int i = from; i < from + member.Count; i++)
        {
            _rows[_count++] = new BatchRow(prompt[i], i, member.Slot.Id, WantLogits: i == prompt.Length - 1 || member.Slot.Choice.ScoresPrompt);
        }

        Members[index] = member with { LastRow = _count - 1 };
    }

    /// <summary>One sequence's part of the batch.</summary>
    /// <param name="Slot">The sequence.</param>
    /// <param name="Count">Its rows.</param>
    /// <param name="LastRow">Index of its last row.</param>
    internal readonly record struct Member(SequenceSlot Slot, int Count, int LastRow) : IBatchMember
    {
        /// <summary>Index of its first row.</summary>
        public int FirstRow => LastRow - Count + 1;

        /// <summary>Prompt tokens that it could compute in this batch.</summary>
        public int Left => Math.Min(Slot.Choice!.Prompt.Length - Slot.Choice.PromptComputed, Slot.Choice.ScoresPrompt ? MostScoredRows : int.MaxValue);
    }
}
