using System.Runtime.CompilerServices;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>
/// Makes one text of whatever in a grammar is regular, so that it is recognised by one automaton: a grammar written character by
/// character would otherwise check most tokens against its stack. The language stays the same. Belongs to one request thread.
/// </summary>
internal sealed class RegularFusion
{
    // Ours: positions of a pattern; its automaton has about as many states unless it is ambiguous.
    private const int MaxPositions = 2_000;

    // Ours: rules inside rules that are looked into; what is deeper stays a rule.
    private const int MaxRuleDepth = 64;

    // From here on repetitions of one character are counted.
    private const int MaxUnrolled = 32;

    private readonly Dictionary<GrammarRule, Fused> _rules = [];
    private readonly Dictionary<GrammarRule, GrammarRule> _rewritten = [];
    private readonly Queue<(GrammarRule Source, GrammarRule Target)> _open = new();
    private int _depth;

    /// <summary>The same grammar with fewer and larger texts.</summary>
    public static GrammarNode Fuse(GrammarRule root)
    {
        var fusion = new RegularFusion();
        GrammarNode result = fusion.Rule(root).ToNode();
        while (fusion._open.TryDequeue(out (GrammarRule Source, GrammarRule Target) rule))
        {
            rule.Target.Body = fusion.Convert(rule.Source.Body!).ToNode();
        }

        return result;
    }

    private Fused Convert(GrammarNode node)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return new Fused(null, node, 0);
        }

        switch (node.Kind)
        {
            case GrammarNodeKind.Text:
                return new Fused(node.Pattern, null, 1);
            case GrammarNodeKind.Literals:
                return new Fused(Pattern.Strings(node.Texts), null, node.Texts.Sum(text => text.Length));
            case GrammarNodeKind.Rule:
                return Rule(node.Reference!);
            case GrammarNodeKind.Sequence:
                return Sequence([.. node.Children.Select(Convert)]);
            case GrammarNodeKind.AnyOf:
                return AnyOf([.. node.Children.Select(Convert)]);
            case GrammarNodeKind.Repeat:
                return Repeat(node);
            default:
                return new Fused(null, node, 0);
        }
    }

    private Fused Rule(GrammarRule rule)
    {
        if (_rules.TryGetValue(rule, out Fused known))
        {
            return known;
        }

        if (_depth >= MaxRuleDepth)
        {
            return Reference(rule);
        }

        // While it is looked into it counts as a reference: a rule that contains itself is not regular.
        _rules[rule] = Reference(rule);
        _depth++;
        Fused content = Convert(rule.Body!);
        _depth--;
        if (content.Pattern is not null)
        {
            _rules[rule] = content;
        }

        return _rules[rule];
    }

    private Fused Reference(GrammarRule rule)
    {
        if (!_rewritten.TryGetValue(rule, out GrammarRule? target))
        {
            target = new GrammarRule(rule.Name);
            _rewritten.Add(rule, target);
            _open.Enqueue((rule, target));
        }

        return new Fused(null, GrammarNode.Rule(target), 0);
    }

    private static Fused Sequence(Fused[] parts)
    {
        var nodes = new List<GrammarNode>();
        var run = new List<Pattern>();
        long positions = 0;
        foreach (Fused part in parts)
        {
            if (part.Pattern is not null && positions + part.Positions <= MaxPositions)
            {
                run.Add(part.Pattern);
                positions += part.Positions;
                continue;
            }

            Flush(nodes, run);
            positions = 0;
            if (part.Pattern is null)
            {
                nodes.Add(part.ToNode());
            }
            else
            {
                run.Add(part.Pattern);
                positions = part.Positions;
            }
        }

        if (nodes.Count == 0)
        {
            return new Fused(Pattern.Sequence(run), null, positions);
        }

        Flush(nodes, run);
        return new Fused(null, GrammarNode.Sequence(nodes), 0);
    }

    private static void Flush(List<GrammarNode> nodes, List<Pattern> run)
    {
        if (run.Count > 0)
        {
            nodes.Add(new Fused(Pattern.Sequence([.. run]), null, 0).ToNode());
            run.Clear();
        }
    }

    private static Fused AnyOf(Fused[] parts)
    {
        long positions = parts.Sum(part => part.Positions);
        if (Array.TrueForAll(parts, part => part.Pattern is not null) && positions <= MaxPositions)
        {
            return new Fused(Pattern.AnyOf([.. parts.Select(part => part.Pattern!)]), null, positions);
        }

        return new Fused(null, GrammarNode.AnyOf([.. parts.Select(part => part.ToNode())]), 0);
    }

    private Fused Repeat(GrammarNode node)
    {
        GrammarNode child = node.Children[0];
        Fused part = Convert(child);
        long times = Math.Max(1, Math.Max(node.Min, node.Max ?? 0));
        if (part.Pattern is { } pattern)
        {
            if (times > MaxUnrolled && pattern.Kind == PatternKind.Chars)
            {
                return new Fused(null, GrammarNode.Text(Pattern.Repeat(pattern, 0, null), TextEncoding.Utf8, node.Min, node.Max), 0);
            }

            if (part.Positions * times <= MaxPositions)
            {
                return new Fused(Pattern.Repeat(pattern, node.Min, node.Max), null, part.Positions * times);
            }
        }

        return child.Kind == GrammarNodeKind.AnyOf && node.Max is null ? RepeatMixed(node, child) : new Fused(null, GrammarNode.Repeat(part.ToNode(), node.Min, node.Max), 0);
    }

    /// <summary>(R | N)* is R* (N R*)*: so a run of regular alternatives is one text.</summary>
    private Fused RepeatMixed(GrammarNode node, GrammarNode child)
    {
        Fused[] parts = [.. child.Children.Select(Convert)];
        Pattern[] regular = [.. parts.Where(part => part.Pattern is not null).Select(part => part.Pattern!)];
        GrammarNode[] rest = [.. parts.Where(part => part.Pattern is null).Select(part => part.ToNode())];
        long positions = parts.Sum(part => part.Positions);
        if (regular.Length == 0 || rest.Length == 0 || positions > MaxPositions)
        {
            return new Fused(null, GrammarNode.Repeat(AnyOf(parts).ToNode(), node.Min, null), 0);
        }

        GrammarNode run = GrammarNode.Text(Pattern.Repeat(Pattern.AnyOf(regular), 0, null));
        GrammarNode all = GrammarNode.Sequence(run, GrammarNode.Repeat(GrammarNode.Sequence(GrammarNode.AnyOf(rest), run), 0, null));
        GrammarNode once = AnyOf(parts).ToNode();
        return new Fused(null, node.Min == 0 ? all : GrammarNode.Sequence(GrammarNode.Repeat(once, node.Min, node.Min), all), 0);
    }

    /// <summary>A regular part with its number of positions, or a part that is not regular.</summary>
    private readonly record struct Fused(Pattern? Pattern, GrammarNode? Node, long Positions)
    {
        public GrammarNode ToNode() =>
            Node ?? (Pattern!.Kind switch
            {
                PatternKind.Strings => GrammarNode.Literals(Pattern.Texts),
                PatternKind.Empty => GrammarNode.Empty,
                PatternKind.Never => GrammarNode.Never,
                _ => GrammarNode.Text(Pattern),
            });
    }
}
