using System.Text;
using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>Makes the parts of one grammar. Belongs to one request thread and one compilation.</summary>
internal sealed class PartBuilder(ConstraintVocabulary vocabulary, CompileBudget budget)
{
    // Ours: nesting without rules between.
    private const int MaxDepth = 1_000;

    // Ours: up to here each count may have a state of its own.
    private const int MaxUnrolledChars = 32;

    private readonly List<GrammarPart> _parts = [];
    private readonly Dictionary<GrammarNode, GrammarPart> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GrammarRule, GrammarPart> _rules = [];
    private readonly Queue<Action> _later = new();
    private readonly List<Action> _finish = [];

    /// <summary>All parts.</summary>
    public IReadOnlyList<GrammarPart> Parts => _parts;

    /// <summary>Bytes that parts take, about, automata shared with other grammars included.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Makes the parts of a grammar; tables of members and free text are still missing.
    /// </summary>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public GrammarPart? Build(GrammarNode root)
    {
        GrammarPart? result = Convert(root);
        while (!budget.IsExhausted && _later.TryDequeue(out Action? work))
        {
            work();
        }

        return budget.IsExhausted ? null : result;
    }

    /// <summary>Sets up the tables of members and free text, now that it is known what can be completed.</summary>
    public void Finish()
    {
        foreach (Action work in _finish)
        {
            if (budget.Spend())
            {
                work();
            }
        }
    }

    private GrammarPart? Convert(GrammarNode node)
    {
        if (_known.TryGetValue(node, out GrammarPart? known))
        {
            return known;
        }

        if (node.Depth > MaxDepth || _parts.Count > budget.Limits.MaxNodes)
        {
            budget.GiveUp(node.Depth > MaxDepth
                ? $"It is nested more than {MaxDepth:N0} levels deep, which is the limit."
                : $"It has more than {budget.Limits.MaxNodes:N0} parts, which is the limit.");
        }

        if (!budget.Spend() || !budget.MayRecurse())
        {
            return null;
        }

        GrammarPart? part = node.Kind switch
        {
            GrammarNodeKind.Text => Text(node),
            GrammarNodeKind.Literals => Literals(node.Texts),
            GrammarNodeKind.Tokens => Tokens(node),
            GrammarNodeKind.Sequence => Sequence(node),
            GrammarNodeKind.AnyOf => AnyOf(node),
            GrammarNodeKind.Repeat => Repeat(node),
            GrammarNodeKind.Rule => Rule(node.Reference!),
            GrammarNodeKind.Members => Members(node.MemberList!),
            _ => FreeText(node.FreeText!),
        };
        if (part is not null)
        {
            _known[node] = part;
        }

        return part;
    }

    private GrammarPart Add(GrammarPart part)
    {
        _parts.Add(part);
        Bytes += 160;
        return part;
    }

    private GrammarPart? Text(GrammarNode node)
    {
        (Pattern pattern, int min, int max) = LiftLengths(node);
        bool isCounted = min > 0 || max < int.MaxValue;
        if (vocabulary.Lexemes.GetOrCompile(pattern, node.Encoding, isCounted, vocabulary, budget) is not { } lexeme)
        {
            return null;
        }

        Bytes += lexeme.Bytes;
        GrammarPart part = Add(new GrammarPart(PartKind.Text, _parts.Count) { Lexeme = lexeme });
        if (lexeme.GetStart(min, max) is { } start)
        {
            part.Start = start;
            part.Cost = lexeme.IsAccepting(start) ? 0 : Math.Max(1, lexeme.GetMinBytes(start));
        }

        return part;
    }

    /// <summary>A single set of characters repeated many times is any number of them with a length that is counted.</summary>
    private static (Pattern Pattern, int Min, int Max) LiftLengths(GrammarNode node)
    {
        Pattern pattern = node.Pattern;
        int min = node.Min;
        int max = node.Max ?? int.MaxValue;
        return pattern is { Kind: PatternKind.Repeat, Parts: [{ Kind: PatternKind.Chars }] } && Math.Max(pattern.Min, pattern.Max ?? 0) > MaxUnrolledChars
            ? (Pattern.Repeat(pattern.Parts[0], 0, null), Math.Max(min, pattern.Min), Math.Min(max, pattern.Max ?? int.MaxValue))
            : (pattern, min, max);
    }

    private GrammarPart Literals(IReadOnlyCollection<string> texts)
    {
        var lexeme = new LiteralLexeme(texts.Select(Encoding.UTF8.GetBytes), vocabulary.Alphabet);
        long least = lexeme.IsNever ? GrammarPart.Impossible : lexeme.GetMinBytes(default);
        foreach (string text in texts)
        {
            Bytes += 8 * (long)text.Length;
        }

        return Add(new GrammarPart(PartKind.Text, _parts.Count) { Lexeme = lexeme, Cost = least });
    }

    private GrammarPart Tokens(GrammarNode node)
    {
        int[] ids = [.. node.TokenIds.Where(id => (uint)id < (uint)vocabulary.Source.Count).Distinct()];
        return Add(new GrammarPart(PartKind.Tokens, _parts.Count) { Tokens = ids, Cost = ids.Length == 0 ? GrammarPart.Impossible : 1 });
    }

    /// <summary>Literal texts side by side become one.</summary>
    private GrammarPart? Sequence(GrammarNode node)
    {
        var children = new List<GrammarNode>();
        Flatten(node, children);
        var merged = new List<GrammarNode>(children.Count);
        foreach (GrammarNode child in children)
        {
            if (merged.Count > 0 && IsLiteral(child) && IsLiteral(merged[^1]))
            {
                merged[^1] = GrammarNode.Literal(merged[^1].Texts.First() + child.Texts.First());
            }
            else
            {
                merged.Add(child);
            }
        }

        return merged.Count == 1 ? Convert(merged[0]) : Parent(PartKind.Sequence, merged);
    }

    private static bool IsLiteral(GrammarNode node) => node is { Kind: GrammarNodeKind.Literals, Texts.Count: 1 };

    private static void Flatten(GrammarNode node, List<GrammarNode> children)
    {
        foreach (GrammarNode child in node.Children)
        {
            if (child.Kind == GrammarNodeKind.Sequence && child.Depth <= 2)
            {
                children.AddRange(child.Children);
            }
            else
            {
                children.Add(child);
            }
        }
    }

    /// <summary>Literal texts become one set.</summary>
    private GrammarPart? AnyOf(GrammarNode node)
    {
        List<GrammarNode> children = [.. node.Children.Where(child => child.Kind != GrammarNodeKind.Literals)];
        List<GrammarNode> literals = [.. node.Children.Where(child => child.Kind == GrammarNodeKind.Literals)];
        if (literals.Count > 0)
        {
            children.Add(literals.Count == 1 ? literals[0] : GrammarNode.Literals([.. literals.SelectMany(literal => literal.Texts)]));
        }

        if (children.Count > budget.Limits.MaxAlternatives)
        {
            budget.GiveUp($"It has a choice of {children.Count:N0} alternatives; at most {budget.Limits.MaxAlternatives:N0} are allowed, fixed texts counted as one.");
            return null;
        }

        return children.Count == 1 ? Convert(children[0]) : Parent(PartKind.AnyOf, children);
    }

    private GrammarPart? Parent(PartKind kind, IReadOnlyList<GrammarNode> nodes)
    {
        var children = new GrammarPart[nodes.Count];
        for (int i = 0; i < children.Length; i++)
        {
            if (Convert(nodes[i]) is not { } child)
            {
                return null;
            }

            children[i] = child;
        }

        return Add(new GrammarPart(kind, _parts.Count) { Children = children });
    }

    /// <summary>Up to n times up to m times is up to n × m times: so there is one count, not many ways to split it.</summary>
    private GrammarPart? Repeat(GrammarNode node)
    {
        GrammarNode inner = node.Children[0];
        if (node.Min == 0 && inner is { Kind: GrammarNodeKind.Repeat, Min: 0 })
        {
            long? most = (long?)node.Max * inner.Max;
            return Convert(GrammarNode.Repeat(inner.Children[0], 0, node.Max == 0 ? 0 : most > int.MaxValue ? null : (int?)most));
        }

        return Convert(inner) is { } child
            ? Add(new GrammarPart(PartKind.Repeat, _parts.Count) { Children = [child], Min = node.Min, Max = node.Max ?? GrammarPart.Unlimited })
            : null;
    }

    private GrammarPart Rule(GrammarRule rule)
    {
        if (_rules.TryGetValue(rule, out GrammarPart? known))
        {
            return known;
        }

        GrammarPart part = Add(new GrammarPart(PartKind.Rule, _parts.Count) { Name = rule.Name });
        _rules.Add(rule, part);
        if (rule.Body is null)
        {
            budget.GiveUp($"The rule '{rule.Name}' has no content.");
        }
        else
        {
            // Not now: rules may nest as deep as they are many.
            _later.Enqueue(() => SetChild(rule.Body, child => part.Children = [child]));
        }

        return part;
    }

    private GrammarPart Members(MemberList list)
    {
        bool[] required = [.. list.Named.Select(member => member.Required)];
        int[] keys = [.. list.Named.Select(member => Encoding.UTF8.GetByteCount(member.Key))];
        var needs = new MemberNeeds(required, keys, list.Extra.Count, list.MinCount, list.MaxCount ?? int.MaxValue);
        GrammarPart part = Add(new GrammarPart(PartKind.Members, _parts.Count) { Needs = needs });
        var bodies = new GrammarPart[list.Named.Count];
        var extras = new GrammarPart[list.Extra.Count];
        GrammarPart[] separator = new GrammarPart[1];
        _later.Enqueue(() =>
        {
            SetChild(list.Separator, child => separator[0] = child);
            for (int i = 0; i < bodies.Length && !budget.IsExhausted; i++)
            {
                int index = i;
                SetChild(GrammarNode.Sequence(list.KeySeparator, list.Named[i].Value), child => bodies[index] = child);
            }

            for (int i = 0; i < extras.Length && !budget.IsExhausted; i++)
            {
                int index = i;
                SetChild(GrammarNode.Sequence(list.Extra[i].Key, list.KeySeparator, list.Extra[i].Value), child => extras[index] = child);
            }

            part.Children = budget.IsExhausted ? [] : [separator[0], .. bodies, .. extras];
        });
        _finish.Add(() => FinishMembers(part, list));
        return part;
    }

    private void FinishMembers(GrammarPart part, MemberList list)
    {
        if (!part.IsPossible)
        {
            return;
        }

        var keys = new List<byte[]>();
        var bodies = new List<GrammarPart>();
        var required = new List<bool>();
        for (int i = 0; i < list.Named.Count; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes(list.Named[i].Key);
            if (part.Children[i + 1].IsPossible && Array.TrueForAll(key, vocabulary.Alphabet.Contains))
            {
                keys.Add(key);
                bodies.Add(part.Children[i + 1]);
                required.Add(list.Named[i].Required);
                Bytes += 8 * key.Length;
            }
        }

        if (keys.DistinctBy(System.Convert.ToBase64String).Count() != keys.Count)
        {
            budget.GiveUp("Two members of an object have the same name.");
            return;
        }

        part.Members = new MemberTable([.. required], list.MinCount, list.MaxCount)
        {
            Keys = new KeyLexeme(keys),
            Bodies = [.. bodies],
            Extras = [.. part.Children[(list.Named.Count + 1)..].Where(extra => extra.IsPossible)],
            Separator = part.Children[0],
        };
    }

    private GrammarPart FreeText(FreeText text)
    {
        GrammarPart part = Add(new GrammarPart(PartKind.FreeText, _parts.Count) { MayEnd = text.MayEnd });
        var children = new GrammarPart[text.Triggers.Count];
        _later.Enqueue(() =>
        {
            for (int i = 0; i < children.Length && !budget.IsExhausted; i++)
            {
                int index = i;
                SetChild(text.Triggers[i].Next, child => children[index] = child);
            }

            part.Children = budget.IsExhausted ? [] : children;
        });
        _finish.Add(() => FinishFreeText(part, text));
        return part;
    }

    /// <summary>A trigger behind which nothing can follow is none: the text goes on as if it weren't there.</summary>
    private void FinishFreeText(GrammarPart part, FreeText text)
    {
        var texts = new List<string>();
        var indices = new List<int>();
        var tokens = new Dictionary<int, int>();
        for (int i = 0; i < text.Triggers.Count; i++)
        {
            if (!part.Children[i].IsPossible)
            {
                continue;
            }

            if (text.Triggers[i].Token is { } token)
            {
                tokens.TryAdd(token, i);
            }
            else if (text.Triggers[i].Text.Length > 0)
            {
                texts.Add(text.Triggers[i].Text);
                indices.Add(i);
            }
        }

        (ByteAutomaton automaton, int[] found) = TriggerAutomaton.Create(texts);
        int[] labels = Array.ConvertAll(found, label => label == Lexeme.NoLabel ? label : indices[label]);
        DfaLexeme lexeme = DfaLexeme.CreateFree(automaton, labels, vocabulary);
        part.Lexeme = lexeme;
        part.Start = new LexState(0, 0, int.MaxValue);
        part.FreeText = new FreeTextTable(tokens, text.MayEnd);
        Bytes += lexeme.Bytes;
    }

    private void SetChild(GrammarNode node, Action<GrammarPart> set)
    {
        if (Convert(node) is { } child)
        {
            set(child);
        }
    }
}
