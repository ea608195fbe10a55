using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>Builds the grammar of a call's arguments from the tool's schema, in the form of a syntax. One per answer.</summary>
internal sealed class ArgumentGrammar(CallSyntax syntax, MarkGrammar marks, ToolGrammarOptions options)
{
    private static readonly CodePointSet KeyLetters = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'), ('-', '-'));

    private readonly RawValues _rawValues = new(
        Pattern.AllOf(marks.Without(syntax.ParameterClose), Pattern.Not(Pattern.Sequence(Pattern.Literal(RawValues.CharacterDataOpen), Pattern.AnyText))),
        text => !text.Contains(syntax.ParameterClose, StringComparison.Ordinal) && !text.StartsWith(RawValues.CharacterDataOpen, StringComparison.Ordinal),
        syntax.WritesCharacterData && marks.IsLenient ? marks.Without(RawValues.CharacterDataClose) : null);

    private readonly string _sign = syntax.Literals == LiteralSyntax.Gemma ? ":" : "=";

    /// <summary>The arguments of a tool, or why its schema cannot be held.</summary>
    public GrammarBuildResult Build(ChatTool tool)
    {
        bool isJson = syntax.Body is CallBody.JsonCall or CallBody.JsonArguments;
        if (tool.Parameters is not { } schema)
        {
            return new GrammarBuildResult(isJson ? GrammarNode.Literal("{}") : GrammarNode.Empty, null);
        }

        GrammarBuildResult json = options.Schema(tool, schema);
        if (json.Root is not { } root)
        {
            return json;
        }

        if (isJson)
        {
            // A format that breaks the lines of its calls does so in their arguments too.
            bool isSpaced = marks.IsLenient && syntax.JsonOpen.Contains('\n', StringComparison.Ordinal);
            return isSpaced ? new GrammarBuildResult(new LiteralGrammar(LiteralSyntax.SpacedJson, marks).Write(root), null) : json;
        }

        GrammarNode? written = WriteArguments(root);
        return written is not null ? new GrammarBuildResult(written, null) : new GrammarBuildResult(null, new EngineFailure(
            EngineFailureCode.InvalidSchema, $"The parameters of the tool {tool.Name} must be a JSON Schema of an object.", tool.Param));
    }

    private GrammarNode? WriteArguments(GrammarNode root)
    {
        switch (syntax.Body)
        {
            case CallBody.Tagged:
                return JsonNodes.MapObject(root, WriteTagged, WriteTagged);
            case CallBody.Elements:
                var elements = new ElementGrammar(syntax.ElementMark, marks);
                return JsonNodes.MapObject(root, elements.WriteMembers, elements.WriteMembers);
            default:
                var literals = new LiteralGrammar(syntax.Literals, marks);
                return JsonNodes.MapObject(
                    root,
                    members => literals.WriteArguments(members, syntax.ParameterSeparator, _sign),
                    constant => literals.WriteArguments(constant, syntax.ParameterSeparator, _sign));
        }
    }

    private GrammarNode WriteTagged(MemberList members)
    {
        List<GrammarNode> named = [.. members.Named.Select(member => WriteParameter((JsonNodes.DecodeKey(member.Key), null), member.Value))];
        List<GrammarNode> extras = [];
        foreach (ExtraMember extra in members.Extra)
        {
            GrammarNode key = extra.Key.Kind == GrammarNodeKind.Text
                ? GrammarNode.Text(Pattern.AllOf(extra.Key.Pattern, Pattern.Repeat(Pattern.Chars(KeyLetters), 1, null)), TextEncoding.Utf8, extra.Key.Min, extra.Key.Max)
                : GrammarNode.Literals([.. extra.Key.Texts.Select(JsonNodes.DecodeKey)]);
            extras.Add(WriteParameter((null, key), extra.Value));
        }

        return MemberCount.Write(members, named, extras.Count == 0 ? null : GrammarNode.AnyOf(extras));
    }

    private GrammarNode WriteTagged(JsonElement constant) => GrammarNode.Sequence([.. constant.EnumerateObject()
        .Select(property => WriteParameter((property.Name, null), GrammarNode.Literal(property.Value.GetRawText())))]);

    private GrammarNode WriteParameter((string? Name, GrammarNode? Names) key, GrammarNode value)
    {
        List<(bool IsString, GrammarNode Node)> ways = [.. _rawValues.Write(value)];
        if (marks.IsLenient)
        {
            // Templates print lists and objects as Python does, and models follow their templates.
            var literals = new LiteralGrammar(LiteralSyntax.Python, marks);
            ways.AddRange(ways.Where(way => !way.IsString && way.Node.Kind is GrammarNodeKind.Sequence or GrammarNodeKind.Rule)
                .Select(way => (false, literals.WriteQuoted(way.Node, '\''))).ToList());
        }

        bool isTyped = syntax.Parameter.Notation.Contains("«type»", StringComparison.Ordinal) || syntax.Parameter.Notation.Contains("«string»", StringComparison.Ordinal);
        if (!isTyped)
        {
            return WriteParameter(key, null, GrammarNode.AnyOf([.. ways.Select(way => way.Node)]));
        }

        return GrammarNode.AnyOf([.. ways.GroupBy(way => way.IsString ? "string" : TypeOf(way.Node))
            .Select(group => WriteParameter(key, group.Key, GrammarNode.AnyOf([.. group.Select(way => way.Node)])))]);
    }

    private GrammarNode WriteParameter((string? Name, GrammarNode? Names) key, string? type, GrammarNode value)
    {
        IEnumerable<GrammarNode> open = syntax.Parameter.WritePieces(new MarkValues { Type = type })
            .Select(piece => piece.Place is null ? marks.Text(piece.Text) : key.Names ?? GrammarNode.Literal(key.Name!));
        string close = (syntax.ValuesOnLines ? "\n" : "") + syntax.ParameterClose + syntax.ParameterSeparator;
        return GrammarNode.Sequence([.. open, value, marks.Text(close)]);
    }

    // By the first text that the grammar has: only constants tell numbers from true and null.
    private static string TypeOf(GrammarNode node)
    {
        while (node.Kind == GrammarNodeKind.Rule && node.Reference?.Body is { } body)
        {
            node = body;
        }

        if (node.Kind == GrammarNodeKind.Sequence)
        {
            node = node.Children[0];
        }

        return node.Kind != GrammarNodeKind.Literals ? "number" : node.Texts.First()[0] switch
        {
            '{' => "object",
            '[' => "array",
            't' or 'f' => "boolean",
            'n' => "null",
            _ => "number",
        };
    }
}
