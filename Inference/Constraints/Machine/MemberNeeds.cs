namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// What a member list requires, as far as the cost of its shortest text depends on it. Immutable; any thread.
/// </summary>
/// <param name="Required">For each named member whether it must come.</param>
/// <param name="KeyBytes">For each named member the bytes of its key.</param>
/// <param name="ExtraCount">Kinds of extra members.</param>
/// <param name="MinCount">Least members.</param>
/// <param name="MaxCount">Most members.</param>
internal sealed record MemberNeeds(bool[] Required, int[] KeyBytes, int ExtraCount, int MinCount, int MaxCount)
{
    /// <summary>
    /// Cost of the shortest list, a lower bound.
    /// </summary>
    /// <param name="children">Separator, bodies of the named members, extra members.</param>
    public long Cost(GrammarPart[] children)
    {
        long cost = 0;
        long count = 0;
        long available = 0;
        long cheapest = long.MaxValue;
        for (int i = 0; i < Required.Length; i++)
        {
            GrammarPart body = children[i + 1];
            if (!body.IsPossible)
            {
                if (Required[i])
                {
                    return GrammarPart.Impossible;
                }

                continue;
            }

            if (Required[i])
            {
                cost = Add(cost, body.Cost + KeyBytes[i]);
                count++;
            }
            else
            {
                available++;
                cheapest = Math.Min(cheapest, body.Cost + KeyBytes[i]);
            }
        }

        for (int i = 0; i < ExtraCount; i++)
        {
            GrammarPart extra = children[Required.Length + 1 + i];
            available = extra.IsPossible ? long.MaxValue : available;
            cheapest = Math.Min(cheapest, extra.Cost);
        }

        long missing = Math.Max(0, MinCount - count);
        if (count > MaxCount || MinCount > MaxCount || missing > available || !children[0].IsPossible)
        {
            return GrammarPart.Impossible;
        }

        cost = missing > 0 ? Add(cost, Multiply(cheapest, missing)) : cost;
        return Add(cost, Multiply(children[0].Cost, Math.Max(0, count + missing - 1)));
    }

    /// <summary>A sum, below <see cref="GrammarPart.Impossible"/>.</summary>
    public static long Add(long left, long right) => left > GrammarPart.Impossible / 4 || right > GrammarPart.Impossible / 4 ? GrammarPart.Impossible / 4 : left + right;

    /// <summary>A product, below <see cref="GrammarPart.Impossible"/>.</summary>
    public static long Multiply(long value, long times) => value > 0 && times > GrammarPart.Impossible / 4 / value ? GrammarPart.Impossible / 4 : value * times;
}
