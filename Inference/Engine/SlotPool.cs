namespace MistralServe.Inference.Engine;

/// <summary>
/// The sequences of the context as a prefix cache: finds for each prompt the cheapest place to start from. A free sequence is
/// taken over where it is the best and little of it is lost; otherwise the common start is copied from whichever sequence has
/// it, finished or running; a start that another request is computing right now is waited for. Engine thread only.
/// </summary>
internal sealed class SlotPool
{
    private readonly IModelRunner _runner;
    private readonly SequenceSlot[] _slots;
    private readonly int _worthCopying;
    private long _useCounter;

    /// <summary>Creates a pool over all sequences of a runner.</summary>
    public SlotPool(IModelRunner runner)
    {
        _runner = runner;
        _slots = [.. Sequence.Range(0, runner.SequenceCount).Select(id => new SequenceSlot(id))];

        // A copy moves the whole KV stream, whatever its fill. Measured, 256 cells cost about as much as one or two prompt
        // tokens; below twice that a copy gains nothing.
        _worthCopying = Math.Max(16, runner.ContextLength / 128);
    }

    /// <summary>All sequences, by id.</summary>
    public ReadOnlySpan<SequenceSlot> Slots => _slots;

    /// <summary>Sequences that a request uses.</summary>
    public int BusyCount { get; private set; }

    /// <summary>
    /// Gives a choice a sequence: takes one over, copies into one, or lets it wait for a donor. At least one prompt token is left
    /// to compute, because logits are not kept. There must be a free sequence.
    /// </summary>
    public void Assign(ChoiceState choice)
    {
        ReadOnlySpan<int> prompt = choice.Prompt;
        int limit = choice.Job.Request.CachePrompt && !choice.ScoresPrompt ? prompt.Length - 1 : 0;
        (SequenceSlot? own, int ownTokens) = FindLongest(prompt, limit, slot => slot.Choice is null);
        (SequenceSlot? any, int anyTokens) = FindLongest(prompt, limit, _ => true);
        (SequenceSlot? donor, int donorTokens) = FindDonor(prompt, limit);
        SequenceSlot slot;
        if (donor is not null && donorTokens >= anyTokens + _worthCopying)
        {
            slot = FindVictim(except: donor)!;
            choice.Donor = donor;
            choice.DonorChoice = donor.Choice;
            choice.DonorTokens = donorTokens;
        }
        else if (ownTokens > 0 && ownTokens + _worthCopying > anyTokens && !LosesMuch(own!, ownTokens))
        {
            slot = own!;
            Cut(slot, ownTokens);
        }
        else if (anyTokens >= _worthCopying && FindVictim(except: any) is { } destination)
        {
            slot = destination;
            Copy(any!, slot, anyTokens);
        }
        else
        {
            slot = FindVictim(except: null)!;
            Cut(slot, Math.Min(slot.CountCommonPrefix(prompt), limit));
        }

        slot.Choice = choice;
        BusyCount++;
        Touch(slot);
        choice.PromptComputed = choice.CachedTokens = choice.Donor is null ? slot.Tokens.Count : 0;
    }

    /// <summary>
    /// Ends a choice's wait for a donor when the common start is there, or will not come: what is there is copied.
    /// </summary>
    public void ResolveDonor(SequenceSlot slot)
    {
        ChoiceState choice = slot.Choice!;
        SequenceSlot donor = choice.Donor!;
        int ready = Math.Min(donor.CountCommonPrefix(choice.Prompt), choice.DonorTokens);
        if (ready < choice.DonorTokens && donor.Choice == choice.DonorChoice && !choice.DonorChoice!.Job.IsCancelled)
        {
            return;
        }

        choice.Donor = null;
        choice.DonorChoice = null;
        if (ready >= _worthCopying)
        {
            Copy(donor, slot, ready);
        }
        else
        {
            Cut(slot, 0);
        }

        choice.PromptComputed = choice.CachedTokens = slot.Tokens.Count;
    }

    /// <summary>Frees a sequence; its tokens stay as a cached prefix.</summary>
    public void Release(SequenceSlot slot)
    {
        slot.Choice = null;
        BusyCount--;
        Touch(slot);
    }

    /// <summary>Empties a sequence, after a decode that may have left it in an unknown state.</summary>
    public void Clear(SequenceSlot slot)
    {
        _runner.RemoveFrom(slot.Id, 0);
        slot.Truncate(0);
    }

    /// <summary>Empties all free sequences, to make room.</summary>
    /// <returns>False when there was nothing to empty.</returns>
    public bool EvictAll()
    {
        bool evicted = false;
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Choice is null && slot.Tokens.Count > 0)
            {
                Clear(slot);
                evicted = true;
            }
        }

        return evicted;
    }

    // Whether taking a sequence over for its first tokens would throw away most of it: another conversation's cache.
    private bool LosesMuch(SequenceSlot slot, int keep) =>
        slot.Tokens.Count - keep >= _worthCopying && keep < slot.Tokens.Count / 2;

    private (SequenceSlot? Slot, int Tokens) FindLongest(ReadOnlySpan<int> prompt, int limit, Func<SequenceSlot, bool> where)
    {
        SequenceSlot? best = null;
        int bestTokens = -1;
        foreach (SequenceSlot slot in _slots)
        {
            if (!where(slot))
            {
                continue;
            }

            int tokens = Math.Min(slot.CountCommonPrefix(prompt), limit);
            if (tokens > bestTokens || (tokens == bestTokens && slot.LastUsed < best!.LastUsed))
            {
                best = slot;
                bestTokens = tokens;
            }
        }

        return (best, bestTokens);
    }

    // A running request that is computing a prompt with the same start.
    private (SequenceSlot? Slot, int Tokens) FindDonor(ReadOnlySpan<int> prompt, int limit)
    {
        SequenceSlot? best = null;
        int bestTokens = 0;
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Choice is not { IsPrefilling: true } other || other.Job.IsCancelled)
            {
                continue;
            }

            int tokens = Math.Min(prompt.CommonPrefixLength(other.Prompt), limit);
            if (tokens > bestTokens)
            {
                best = slot;
                bestTokens = tokens;
            }
        }

        return (best, bestTokens);
    }

    // The free sequence to overwrite: an empty one, as near as possible to those in use (adjacent ids are computed in one graph),
    // else the least recently used.
    private SequenceSlot? FindVictim(SequenceSlot? except)
    {
        SequenceSlot? best = null;
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Choice is null && slot != except && (best is null || IsBetterVictim(slot, best)))
            {
                best = slot;
            }
        }

        return best;
    }

    private bool IsBetterVictim(SequenceSlot slot, SequenceSlot best)
    {
        bool empty = slot.Tokens.Count == 0;
        if (empty != (best.Tokens.Count == 0))
        {
            return empty;
        }

        return empty ? DistanceToBusy(slot) < DistanceToBusy(best) : slot.LastUsed < best.LastUsed;
    }

    private int DistanceToBusy(SequenceSlot slot)
    {
        int nearest = _slots.Length;
        foreach (SequenceSlot other in _slots)
        {
            if (other.Choice is not null)
            {
                nearest = Math.Min(nearest, Math.Abs(other.Id - slot.Id));
            }
        }

        return nearest;
    }

    private void Copy(SequenceSlot source, SequenceSlot destination, int tokens)
    {
        destination.Truncate(0);
        if (_runner.CopyPrefix(source.Id, destination.Id, tokens))
        {
            destination.Tokens.AddRange(source.Tokens.Take(tokens));
            Touch(source);
        }
    }

    private void Cut(SequenceSlot slot, int keep)
    {
        if (keep < slot.Tokens.Count && !_runner.RemoveFrom(slot.Id, keep))
        {
            // This model's memory cannot be cut in the middle: never wrong, only slower.
            _runner.RemoveFrom(slot.Id, 0);
            keep = 0;
        }

        slot.Truncate(keep);
    }

    private void Touch(SequenceSlot slot) => slot.LastUsed = ++_useCounter;
}
