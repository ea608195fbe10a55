using System.Text.Json;
using MistralServe.Inference.Chat.ToolFormats.Parsing;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Rewrites the grammar of a JSON object for <see cref="CallBody.Elements"/>: members and items become elements. The closing tag cannot repeat a
/// name that the model makes up, so that objects with free names are written as JSON; a model that begins by itself may write any elements
/// there. One per grammar.
/// </summary>
internal sealed class ElementGrammar
{
    private readonly MarkGrammar _marks;
    private readonly string _mark;
    private readonly RawValues _rawValues;
    private readonly GrammarNode _space;
    private readonly GrammarNode _anyElements;
    private readonly Dictionary<GrammarNode, GrammarRule> _rules = [];

    /// <summary>A writer of elements.</summary>
    /// <param name="mark">Before each tag.</param>
    /// <param name="marks">Writes marks.</param>
    public ElementGrammar(string mark, MarkGrammar marks)
    {
        _marks = marks;
        _mark = mark;
        _space = marks.Text("~");
        Pattern text = marks.Without(mark);
        _rawValues = new RawValues(text, value => !value.Contains(mark, StringComparison.Ordinal), null);
        var rule = new GrammarRule("elements");
        GrammarNode name = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'), ('-', '-'), ('.', '.'))), 1, null));
        GrammarNode value = GrammarNode.AnyOf(GrammarNode.Text(text), GrammarNode.Rule(rule));
        rule.Body = GrammarNode.Repeat(
            GrammarNode.Sequence(_space, marks.Text(mark), GrammarNode.Literal("<"), name, GrammarNode.Literal(">"), value, marks.Text(mark), GrammarNode.Literal("</"), name, GrammarNode.Literal(">")),
            1, null);
        _anyElements = GrammarNode.Sequence(GrammarNode.Rule(rule), _space);
    }

    /// <summary>The members of an object, without anything around them.</summary>
    public GrammarNode WriteMembers(MemberList members)
    {
        List<GrammarNode> named = [.. members.Named.Select(member => WriteElement(JsonNodes.DecodeKey(member.Key), member.Value))];
        List<GrammarNode> extra = [.. members.Extra.Where(extra => extra.Key.Kind == GrammarNodeKind.Literals)
            .SelectMany(extra => extra.Key.Texts.Select(key => WriteElement(JsonNodes.DecodeKey(key), extra.Value)))];
        return MemberCount.Write(members, named, extra.Count == 0 ? null : GrammarNode.AnyOf(extra));
    }

    /// <summary>The members of an object that is a constant.</summary>
    public GrammarNode WriteMembers(JsonElement constant) => GrammarNode.Sequence(
        [.. constant.EnumerateObject().Select(property => WriteElement(property.Name, GrammarNode.Literal(property.Value.GetRawText())))]);

    private GrammarNode WriteElement(string name, GrammarNode value) => GrammarNode.Sequence(
        _space, _marks.Text(_mark), GrammarNode.Literal($"<{name}>"), WriteValue(value), _marks.Text(_mark), GrammarNode.Literal($"</{name}>"));

    private GrammarNode WriteValue(GrammarNode node) => GrammarNode.AnyOf([.. _rawValues.Write(node).Select(way => IsStructure(way.Node) ? WriteStructure(way.Node) : way.Node)]);

    private static bool IsStructure(GrammarNode node) => node.Kind is GrammarNodeKind.Sequence or GrammarNodeKind.Rule;

    private GrammarNode WriteStructure(GrammarNode node)
    {
        if (!_rules.TryGetValue(node, out GrammarRule? rule))
        {
            _rules[node] = rule = new GrammarRule("element");
            rule.Body = node.Kind == GrammarNodeKind.Rule && node.Reference!.Body is { } body ? WriteStructure(body)
                : node.Children.FirstOrDefault(child => child.Kind == GrammarNodeKind.Members) is { MemberList: { } members } ? WriteObject(node, members)
                : node.Children.Count == 3 ? WriteList(node.Children[1])
                : node;
        }

        return GrammarNode.Rule(rule);
    }

    private GrammarNode WriteObject(GrammarNode json, MemberList members)
    {
        List<GrammarNode> ways = [];
        if (members.Named.Count > 0 || members.Extra.Count == 0 || members.MinCount == 0)
        {
            ways.Add(GrammarNode.Sequence(WriteMembers(members), _space));
        }

        if (members.Extra.Any(extra => extra.Key.Kind == GrammarNodeKind.Text))
        {
            ways.Add(json);
            if (_marks.IsLenient)
            {
                ways.Add(_anyElements);
            }
        }

        return GrammarNode.AnyOf(ways);
    }

    // A list as the schema compiler writes it: an item and more behind commas, or none at all. In any other form the items are not counted.
    private GrammarNode WriteList(GrammarNode items)
    {
        bool mayBeEmpty = items.Kind == GrammarNodeKind.Repeat && items.Min == 0;
        GrammarNode list = mayBeEmpty ? items.Children[0] : items;
        if (list is { Kind: GrammarNodeKind.Sequence, Children: [var item, { Kind: GrammarNodeKind.Repeat } more] } && more.Children[0].Kind == GrammarNodeKind.Sequence)
        {
            return GrammarNode.Sequence(GrammarNode.Repeat(WriteElement(ElementReader.Item, item), mayBeEmpty ? 0 : more.Min + 1, more.Max + 1), _space);
        }

        List<GrammarNode> values = [];
        Collect(items, values, 0);
        return values.Count == 0 ? _space
            : GrammarNode.Sequence(GrammarNode.Repeat(GrammarNode.AnyOf([.. values.Select(value => WriteElement(ElementReader.Item, value))]), 0, null), _space);
    }

    // The items among commas, sequences and repetitions.
    private static void Collect(GrammarNode node, List<GrammarNode> values, int depth)
    {
        bool isComma = node.Kind == GrammarNodeKind.Literals && node.Texts.All(text => text.Trim() == ",");
        bool isObjectOrList = node.Kind == GrammarNodeKind.Sequence && node.Children is [{ Kind: GrammarNodeKind.Literals } first, ..] && first.Texts.First() is "{" or "[";
        if (!isObjectOrList && depth < 32 && node.Kind is GrammarNodeKind.Sequence or GrammarNodeKind.Repeat)
        {
            foreach (GrammarNode child in node.Children)
            {
                Collect(child, values, depth + 1);
            }
        }
        else if (!isComma && !values.Contains(node))
        {
            values.Add(node);
        }
    }
}
