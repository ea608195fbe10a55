using System.Numerics;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>Writes arrays of distinct constants: one rule for each set of constants already used. Belongs to one compilation.</summary>
/// <param name="selection">The array; few constants.</param>
/// <param name="comma">What stands between items.</param>
internal sealed class SelectionWriter(SelectionAlternative selection, GrammarNode comma)
{
    private readonly GrammarRule?[] _rules = new GrammarRule?[1 << selection.Texts.Count];

    /// <summary>The grammar of the array, with its brackets.</summary>
    public GrammarNode Write() => GrammarNode.Sequence(GrammarNode.Literal("["), WriteRest(0), GrammarNode.Literal("]"));

    /// <summary>What may follow when some constants are used: as deep as there are constants.</summary>
    private GrammarNode WriteRest(int used)
    {
        int count = BitOperations.PopCount((uint)used);
        if (count == selection.Max)
        {
            return GrammarNode.Empty;
        }

        GrammarRule? rule = _rules[used];
        if (rule is null)
        {
            _rules[used] = rule = new GrammarRule("distinct items");
            List<GrammarNode> options = count >= selection.Min ? [GrammarNode.Empty] : [];
            for (int i = 0; i < selection.Texts.Count; i++)
            {
                if ((used >> i & 1) == 0)
                {
                    options.Add(GrammarNode.Sequence(count == 0 ? GrammarNode.Empty : comma, GrammarNode.Literal(selection.Texts[i]), WriteRest(used | 1 << i)));
                }
            }

            rule.Body = GrammarNode.AnyOf(options);
        }

        return GrammarNode.Rule(rule);
    }
}
