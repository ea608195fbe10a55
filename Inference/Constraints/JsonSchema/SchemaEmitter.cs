using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Writes a merged schema as a grammar. White space: one space may stand behind a colon and a comma, as Python writes it, or none,
/// as JavaScript does; nowhere else is any. Belongs to one compilation.
/// </summary>
internal sealed class SchemaEmitter
{
    /// <summary>Levels of nesting that are written in place; below them a rule starts anew. Ours: bounds the recursion of all who read the grammar.</summary>
    private const int InPlaceLevels = 24;

    private static readonly GrammarNode Comma = GrammarNode.Literals([",", ", "]);
    private static readonly GrammarNode Colon = GrammarNode.Literals([":", ": "]);
    private static readonly GrammarNode AnyString = GrammarNode.Text(Pattern.AnyText, TextEncoding.JsonString);

    private readonly Dictionary<SchemaNode, GrammarRule> _rules = [];
    private readonly HashSet<SchemaNode> _shared = [];
    private readonly Queue<(SchemaNode Node, GrammarRule Rule)> _open = new();

    private SchemaEmitter(SchemaNode root, IReadOnlyList<SchemaNode> nodes)
    {
        HashSet<SchemaNode> seen = [root];
        foreach (SchemaNode part in nodes.SelectMany(node => node.Alternatives!).SelectMany(SchemaSizes.GetParts))
        {
            if (!seen.Add(part))
            {
                _shared.Add(part);
            }
        }
    }

    /// <summary>The grammar of a root.</summary>
    /// <param name="root">A place that some value satisfies.</param>
    /// <param name="nodes">All places reached from it, with their sizes.</param>
    public static GrammarNode Emit(SchemaNode root, IReadOnlyList<SchemaNode> nodes)
    {
        SchemaEmitter emitter = new(root, nodes);
        GrammarNode grammar = emitter.Write(root, 0);
        while (emitter._open.TryDequeue(out (SchemaNode Node, GrammarRule Rule) open))
        {
            open.Rule.Body = emitter.WriteAlternatives(open.Node, 0);
        }

        return grammar;
    }

    private GrammarNode Write(SchemaNode node, int level)
    {
        if (level < InPlaceLevels && !_shared.Contains(node))
        {
            return WriteAlternatives(node, level);
        }

        if (!_rules.TryGetValue(node, out GrammarRule? rule))
        {
            rule = new GrammarRule(node.Terms.Count == 0 ? "any value" : node.Terms[0].Schema.Path);
            _rules.Add(node, rule);
            _open.Enqueue((node, rule));
        }

        return GrammarNode.Rule(rule);
    }

    private GrammarNode WriteAlternatives(SchemaNode node, int level)
    {
        List<GrammarNode> options = [];
        List<string> texts = [];
        foreach (Alternative alternative in node.Alternatives!.Where(alternative => SchemaSizes.GetShortest(alternative) < SchemaNode.Never))
        {
            switch (alternative)
            {
                case TextsAlternative constants:
                    texts.AddRange(constants.Texts);
                    break;
                case NumberAlternative number:
                    options.Add(GrammarNode.Text(number.Pattern, TextEncoding.Utf8, 1, NumberPatterns.LongestText));
                    break;
                case StringAlternative text:
                    options.Add(GrammarNode.Text(
                        text.Pattern ?? Pattern.AnyText, text.Pattern is null ? TextEncoding.JsonString : TextEncoding.JsonStringPlain, text.Min, text.Max));
                    break;
                case ObjectAlternative @object:
                    options.Add(WriteObject(@object, level));
                    break;
                case ArrayAlternative array:
                    options.Add(WriteArray(array, level));
                    break;
                case SelectionAlternative selection:
                    options.Add(new SelectionWriter(selection, Comma).Write());
                    break;
            }
        }

        if (texts.Count > 0)
        {
            options.Add(GrammarNode.Literals([.. texts.Distinct()]));
        }

        return GrammarNode.AnyOf(options);
    }

    private GrammarNode WriteObject(ObjectAlternative @object, int level) => GrammarNode.Sequence(
        GrammarNode.Literal("{"),
        GrammarNode.Members(new MemberList
        {
            Named = [.. @object.Named.Where(member => SchemaSizes.CanBe(member.Value))
                .Select(member => new Member(JsonText.Quote(member.Name), Write(member.Value, level + 1), member.IsRequired))],
            Extra = [.. @object.Extra.Where(extra => SchemaSizes.CanBe(extra.Value))
                .Select(extra => new ExtraMember(WriteNames(extra), Write(extra.Value, level + 1)))],
            Separator = Comma,
            KeySeparator = Colon,
            MinCount = @object.Min,
            MaxCount = @object.Max,
        }),
        GrammarNode.Literal("}"));

    private static GrammarNode WriteNames(OtherMembers extra) => extra.Names is null
        ? AnyString
        : GrammarNode.Text(extra.Names, extra.IsNarrow ? TextEncoding.JsonStringPlain : TextEncoding.JsonString);

    private GrammarNode WriteArray(ArrayAlternative array, int level)
    {
        GrammarNode? rest = array.Rest is null || !SchemaSizes.CanBe(array.Rest) ? null : Write(array.Rest, level + 1);
        GrammarNode[] prefix = [.. array.Prefix.TakeWhile(SchemaSizes.CanBe).Select(item => Write(item, level + 1))];
        bool isCut = prefix.Length < array.Prefix.Count;
        GrammarNode items = array.Contained is not { } contained ? WriteItems(prefix, isCut ? null : rest, array.Min, array.Max)
            : contained.Max is null ? WriteContaining(array, rest!, Write(contained.Node, level + 1), contained.Count)
            : WriteCounted(rest ?? GrammarNode.Never, SchemaSizes.CanBe(contained.Node) ? Write(contained.Node, level + 1) : GrammarNode.Never, contained);
        return GrammarNode.Sequence(GrammarNode.Literal("["), items, GrammarNode.Literal("]"));
    }

    /// <summary>Items in their places, then the rest, with commas between.</summary>
    private static GrammarNode WriteItems(GrammarNode[] prefix, GrammarNode? rest, int min, int? max)
    {
        if (prefix.Length == 0)
        {
            return rest is null ? GrammarNode.Empty : WriteList(rest, min, max);
        }

        int? most = max - prefix.Length;
        GrammarNode tail = rest is null ? GrammarNode.Empty : GrammarNode.Repeat(GrammarNode.Sequence(Comma, rest), Math.Max(0, min - prefix.Length), most);
        for (int i = prefix.Length - 1; i >= 0; i--)
        {
            tail = GrammarNode.Sequence(i == 0 ? GrammarNode.Empty : Comma, prefix[i], tail);
            tail = i < min ? tail : GrammarNode.Optional(tail);
            if (i > 0 && i % InPlaceLevels == 0)
            {
                tail = GrammarNode.Rule(new GrammarRule($"items from {i}") { Body = tail });
            }
        }

        return tail;
    }

    private static GrammarNode WriteList(GrammarNode item, int min, int? max)
    {
        if (max == 0)
        {
            return GrammarNode.Empty;
        }

        GrammarNode list = GrammarNode.Sequence(item, GrammarNode.Repeat(GrammarNode.Sequence(Comma, item), Math.Max(0, min - 1), max - 1));
        return min > 0 ? list : GrammarNode.Optional(list);
    }

    /// <summary>Items of which so many are of a kind, and the others are not: the first has no comma before it, and is either.</summary>
    private static GrammarNode WriteCounted(GrammarNode others, GrammarNode kind, ContainedItems contained)
    {
        GrammarNode otherBehind = GrammarNode.Sequence(Comma, others);
        GrammarNode kindBehind = GrammarNode.Sequence(Comma, kind, GrammarNode.Repeat(otherBehind, 0, null));
        List<GrammarNode> options = [GrammarNode.Sequence(
            others, GrammarNode.Repeat(otherBehind, 0, null), GrammarNode.Repeat(kindBehind, contained.Count, contained.Max))];
        if (contained.Max > 0)
        {
            options.Add(GrammarNode.Sequence(
                kind, GrammarNode.Repeat(otherBehind, 0, null), GrammarNode.Repeat(kindBehind, Math.Max(0, contained.Count - 1), contained.Max - 1)));
        }

        return contained.Count > 0 ? GrammarNode.AnyOf(options) : GrammarNode.Optional(GrammarNode.AnyOf(options));
    }

    /// <summary>Items of which at least some are of a kind.</summary>
    private static GrammarNode WriteContaining(ArrayAlternative array, GrammarNode item, GrammarNode kind, int count)
    {
        GrammarNode before = GrammarNode.Sequence(item, Comma);
        GrammarNode behind = GrammarNode.Sequence(Comma, item);
        if (count > 1 || (array.Min <= 1 && array.Max is null))
        {
            GrammarNode first = GrammarNode.Sequence(GrammarNode.Repeat(before, 0, null), kind);
            GrammarNode more = GrammarNode.Repeat(GrammarNode.Sequence(Comma, first), count - 1, count - 1);
            return GrammarNode.Sequence(first, more, GrammarNode.Repeat(behind, 0, null));
        }

        List<GrammarNode> options = [];
        for (int i = 0; i < (array.Max ?? array.Min); i++)
        {
            options.Add(GrammarNode.Sequence(
                GrammarNode.Repeat(before, i, i), kind, GrammarNode.Repeat(behind, Math.Max(0, array.Min - i - 1), array.Max - i - 1)));
        }

        if (array.Max is null)
        {
            options.Add(GrammarNode.Sequence(GrammarNode.Repeat(before, array.Min, null), kind, GrammarNode.Repeat(behind, 0, null)));
        }

        return GrammarNode.AnyOf(options);
    }
}
