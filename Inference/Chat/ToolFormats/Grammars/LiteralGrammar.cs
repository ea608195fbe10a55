using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat.ToolFormats.Parsing;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Rewrites the grammar of a JSON value for literals of another language, all the way down. One per grammar: it remembers the rules
/// it has rewritten.
/// </summary>
internal sealed class LiteralGrammar(LiteralSyntax syntax, MarkGrammar marks)
{
    private static readonly CodePointSet BareLetters = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'), ('-', '-'));

    private readonly Dictionary<GrammarRule, GrammarRule> _rules = [];
    private readonly Pattern _allowed = marks.Without(LiteralReader.GemmaQuote);

    private bool IsGemma => syntax == LiteralSyntax.Gemma;

    /// <summary>The members of the arguments, as in a call.</summary>
    public GrammarNode WriteArguments(MemberList members, string separator, string sign) => GrammarNode.Members(members with
    {
        Named = [.. members.Named.Select(member => new Member(JsonNodes.DecodeKey(member.Key), Write(member.Value), member.Required))],
        Extra = [.. members.Extra.Select(extra => new ExtraMember(WriteBareKey(extra.Key), Write(extra.Value)))],
        Separator = GrammarNode.Literal(separator),
        KeySeparator = GrammarNode.Literal(sign),
    });

    /// <summary>Arguments that are a constant.</summary>
    public GrammarNode WriteArguments(JsonElement constant, string separator, string sign)
    {
        List<GrammarNode> nodes = [];
        foreach (JsonProperty property in constant.EnumerateObject())
        {
            nodes.Add(GrammarNode.Literal((nodes.Count > 0 ? separator : "") + property.Name + sign));
            nodes.Add(WriteConstant(property.Value));
        }

        return GrammarNode.Sequence(nodes);
    }

    private GrammarNode Write(GrammarNode node)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Rule:
                return GrammarNode.Rule(WriteRule(node.Reference!));
            case GrammarNodeKind.Sequence:
                return GrammarNode.Sequence([.. node.Children.Select(Write)]);
            case GrammarNodeKind.AnyOf:
                return GrammarNode.AnyOf([.. node.Children.Select(Write)]);
            case GrammarNodeKind.Repeat:
                return GrammarNode.Repeat(Write(node.Children[0]), node.Min, node.Max);
            case GrammarNodeKind.Literals:
                return GrammarNode.AnyOf([.. node.Texts.Select(text => JsonNodes.Parse(text) is { } value ? WriteConstant(value) : GrammarNode.Literal(text))]);
            case GrammarNodeKind.Text when IsGemma && node.Encoding != TextEncoding.Utf8:
                return Quoted(GrammarNode.Text(Pattern.AllOf(node.Pattern, _allowed), TextEncoding.Utf8, node.Min, node.Max));
            case GrammarNodeKind.Members when IsGemma:
                MemberList members = node.MemberList!;
                return GrammarNode.Members(members with
                {
                    Named = [.. members.Named.Select(member => new Member(BareKey(member.Key), Write(member.Value), member.Required))],
                    Extra = [.. members.Extra.Select(extra => new ExtraMember(WriteBareKey(extra.Key), Write(extra.Value)))],
                    Separator = GrammarNode.Literal(","),
                    KeySeparator = GrammarNode.Literal(":"),
                });
            case GrammarNodeKind.Members:
                MemberList named = node.MemberList!;
                return GrammarNode.Members(named with
                {
                    Named = [.. named.Named.Select(member => member with { Value = Write(member.Value) })],
                    Extra = [.. named.Extra.Select(extra => extra with { Value = Write(extra.Value) })],
                });
            default:
                return node;
        }
    }

    private GrammarRule WriteRule(GrammarRule rule)
    {
        if (!_rules.TryGetValue(rule, out GrammarRule? written))
        {
            _rules[rule] = written = new GrammarRule(rule.Name);
            written.Body = rule.Body is { } body ? Write(body) : null;
        }

        return written;
    }

    private GrammarNode WriteConstant(JsonElement value)
    {
        var text = new StringBuilder();
        CallWriter.WriteLiteral(value, syntax, text);
        return marks.Text(text.ToString());
    }

    private GrammarNode Quoted(GrammarNode inside)
    {
        GrammarNode quote = marks.Text(LiteralReader.GemmaQuote);
        return GrammarNode.Sequence(quote, inside, quote);
    }

    // A key with signs of the syntax in it keeps its quotes.
    private static string BareKey(string key) => JsonNodes.DecodeKey(key) is var bare && bare.Length > 0 && bare.All(letter => BareLetters.Contains(letter)) ? bare : key;

    private static GrammarNode WriteBareKey(GrammarNode key) => key.Kind == GrammarNodeKind.Text
        ? GrammarNode.Text(Pattern.AllOf(key.Pattern, Pattern.Repeat(Pattern.Chars(BareLetters), 1, null)), TextEncoding.Utf8, key.Min, key.Max)
        : GrammarNode.Literals([.. key.Texts.Select(JsonNodes.DecodeKey)]);
}
