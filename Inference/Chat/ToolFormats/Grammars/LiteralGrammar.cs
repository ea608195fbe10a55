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
    // JSON's signs, each with the white space that may stand beside it.
    private static readonly Dictionary<string, string> SpacedSigns = new() { ["{"] = "{~", ["}"] = "~}", ["["] = "[~", ["]"] = "~]", [","] = ",~", [":"] = ":~" };

    private static readonly CodePointSet BareLetters = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'), ('-', '-'));

    private readonly Dictionary<GrammarRule, GrammarRule> _rules = [], _rulesInSingleQuotes = [];
    private readonly Pattern _allowed = marks.Without(LiteralReader.GemmaQuote);

    // Quotes of the keys of Python's dictionaries.
    private char _quote = '"';
    private bool _hasKeys;

    private bool IsGemma => syntax == LiteralSyntax.Gemma;

    /// <summary>The members of the arguments, as in a call.</summary>
    public GrammarNode WriteArguments(MemberList members, string separator, string sign) => GrammarNode.Members(members with
    {
        Named = [.. members.Named.Select(member => new Member(JsonNodes.DecodeKey(member.Key), WriteArgument(member.Value), member.Required))],
        Extra = [.. members.Extra.Select(extra => new ExtraMember(WriteBareKey(extra.Key), WriteArgument(extra.Value)))],
        Separator = marks.Text(separator),
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

    /// <summary>A value whose dictionaries have keys in one kind of quotes.</summary>
    public GrammarNode WriteQuoted(GrammarNode node, char quote)
    {
        _quote = quote;
        return Write(node);
    }

    /// <summary>A value.</summary>
    public GrammarNode Write(GrammarNode node)
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
            case GrammarNodeKind.Literals when syntax == LiteralSyntax.SpacedJson:
                return GrammarNode.AnyOf([.. node.Texts.Select(text => text.TrimEnd()).Distinct()
                    .Select(text => SpacedSigns.TryGetValue(text, out string? sign) ? marks.Text(sign) : GrammarNode.Literal(text))]);
            case GrammarNodeKind.Literals:
                return GrammarNode.AnyOf([.. node.Texts.Select(text => JsonNodes.Parse(text) is { } value ? WriteConstant(value) : GrammarNode.Literal(text))]);
            case GrammarNodeKind.Text when IsGemma && node.Encoding != TextEncoding.Utf8:
                return Quoted(GrammarNode.Text(Pattern.AllOf(node.Pattern, _allowed), TextEncoding.Utf8, node.Min, node.Max));
            case GrammarNodeKind.Text when syntax == LiteralSyntax.Python && node.Encoding != TextEncoding.Utf8:
                return GrammarNode.AnyOf(node, GrammarNode.Text(node.Pattern, TextEncoding.SingleQuoted, node.Min, node.Max));
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
                bool isSpaced = syntax == LiteralSyntax.SpacedJson;
                _hasKeys = true;
                return GrammarNode.Members(named with
                {
                    Named = [.. named.Named.Select(member => new Member(WriteKey(member.Key), Write(member.Value), member.Required))],
                    Extra = [.. named.Extra.Select(extra => new ExtraMember(WriteKey(extra.Key), Write(extra.Value)))],
                    Separator = isSpaced ? Write(named.Separator) : named.Separator,
                    KeySeparator = isSpaced ? Write(named.KeySeparator) : named.KeySeparator,
                });
            default:
                return node;
        }
    }

    private GrammarRule WriteRule(GrammarRule rule)
    {
        Dictionary<GrammarRule, GrammarRule> rules = _quote == '"' ? _rules : _rulesInSingleQuotes;
        _hasKeys |= rules.ContainsKey(rule);
        if (!rules.TryGetValue(rule, out GrammarRule? written))
        {
            rules[rule] = written = new GrammarRule(rule.Name);
            written.Body = rule.Body is { } body ? Write(body) : null;
        }

        return written;
    }

    private GrammarNode WriteConstant(JsonElement value)
    {
        var text = new StringBuilder();
        CallWriter.WriteLiteral(value, syntax, text);
        GrammarNode written = marks.Exact(text.ToString());
        return syntax == LiteralSyntax.Python && value.ValueKind == JsonValueKind.String
            ? GrammarNode.AnyOf(written, GrammarNode.Literal(InSingleQuotes(text.ToString())))
            : written;
    }

    // Python's own choice of quotes; each kind goes through all of the value.
    private GrammarNode WriteArgument(GrammarNode node)
    {
        _hasKeys = false;
        GrammarNode inDouble = WriteQuoted(node, '"');
        return syntax == LiteralSyntax.Python && _hasKeys ? GrammarNode.AnyOf(inDouble, WriteQuoted(node, '\'')) : inDouble;
    }

    private string WriteKey(string key) => _quote == '"' ? key : InSingleQuotes(key);

    private GrammarNode WriteKey(GrammarNode key) => _quote == '"' ? key
        : key.Kind == GrammarNodeKind.Text ? GrammarNode.Text(key.Pattern, TextEncoding.SingleQuoted, key.Min, key.Max)
        : GrammarNode.Literals([.. key.Texts.Select(InSingleQuotes)]);

    // A JSON string: only the quotes are written differently.
    private static string InSingleQuotes(string json) =>
        $"'{json[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private GrammarNode Quoted(GrammarNode inside)
    {
        GrammarNode quote = marks.Exact(LiteralReader.GemmaQuote);
        return GrammarNode.Sequence(quote, inside, quote);
    }

    // A key with signs of the syntax in it keeps its quotes.
    private static string BareKey(string key) => JsonNodes.DecodeKey(key) is var bare && bare.Length > 0 && bare.All(letter => BareLetters.Contains(letter)) ? bare : key;

    private static GrammarNode WriteBareKey(GrammarNode key) => key.Kind == GrammarNodeKind.Text
        ? GrammarNode.Text(Pattern.AllOf(key.Pattern, Pattern.Repeat(Pattern.Chars(BareLetters), 1, null)), TextEncoding.Utf8, key.Min, key.Max)
        : GrammarNode.Literals([.. key.Texts.Select(JsonNodes.DecodeKey)]);
}
