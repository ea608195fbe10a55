using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Takes the grammar of a JSON object, as the schema compiler builds it, apart into its members. Stateless.
/// </summary>
internal static class JsonNodes
{
    // Rules that lead to rules; an object's grammar needs one or two.
    private const int MaxDepth = 16;

    /// <summary>
    /// Writes the members of an object in another form.
    /// </summary>
    /// <param name="node">Grammar of one object, or of one of several.</param>
    /// <param name="write">Writes the members, without braces.</param>
    /// <param name="writeConstant">Writes an object that is a constant.</param>
    /// <returns>Null when the grammar is of something else.</returns>
    public static GrammarNode? MapObject(GrammarNode node, Func<MemberList, GrammarNode> write, Func<JsonElement, GrammarNode> writeConstant) =>
        MapObject(node, write, writeConstant, 0);

    /// <summary>
    /// The part of a grammar of JSON values that are objects: arguments of a call are one, whatever else their schema allows.
    /// </summary>
    /// <returns>Null when no value is.</returns>
    public static GrammarNode? OnlyObjects(GrammarNode node) => OnlyObjects(node, 0);

    /// <summary>The JSON value that a literal is; null when it is punctuation.</summary>
    public static JsonElement? Parse(string literal)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(literal);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A key as the grammar has it, without quotes and escapes.</summary>
    public static string DecodeKey(string key) => Parsing.JsonText.Decode(Encoding.UTF8.GetBytes(key));

    private static GrammarNode? OnlyObjects(GrammarNode node, int depth)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Rule when depth < MaxDepth && node.Reference?.Body is { } body:
                GrammarNode? inside = OnlyObjects(body, depth + 1);
                return ReferenceEquals(inside, body) ? node : inside;
            case GrammarNodeKind.AnyOf when depth < MaxDepth:
                GrammarNode[] children = [.. node.Children.Select(child => OnlyObjects(child, depth + 1)).OfType<GrammarNode>()];
                return children.Length == 0 ? null : children.SequenceEqual(node.Children) ? node : GrammarNode.AnyOf(children);
            case GrammarNodeKind.Sequence when node.Children.Count > 0:
                return node.Children[0] is { Kind: GrammarNodeKind.Literals, Texts.Count: 1 } opening && opening.Texts.First()[0] == '{' ? node
                    : node.Children.Count == 1 ? OnlyObjects(node.Children[0], depth + 1) : null;
            case GrammarNodeKind.Literals:
                string[] objects = [.. node.Texts.Where(text => text.Length > 1 && text[0] == '{')];
                return objects.Length == 0 ? null : objects.Length == node.Texts.Count ? node : GrammarNode.Literals(objects);
            default:
                return null;
        }
    }

    private static GrammarNode? MapObject(GrammarNode node, Func<MemberList, GrammarNode> write, Func<JsonElement, GrammarNode> writeConstant, int depth)
    {
        if (depth == MaxDepth)
        {
            return null;
        }

        switch (node.Kind)
        {
            case GrammarNodeKind.Rule when node.Reference?.Body is { } body:
                return MapObject(body, write, writeConstant, depth + 1);
            case GrammarNodeKind.AnyOf when node.Children.Count > 0:
                GrammarNode?[] children = [.. node.Children.Select(child => MapObject(child, write, writeConstant, depth + 1))];
                return children.Contains(null) ? null : GrammarNode.AnyOf([.. children.Select(child => child!)]);
            case GrammarNodeKind.Sequence:
                // Braces and members; white space at the ends belongs to the document.
                return node.Children.FirstOrDefault(child => child.Kind == GrammarNodeKind.Members) is { MemberList: { } members } ? write(members)
                    : node.Children.Count == 1 ? MapObject(node.Children[0], write, writeConstant, depth + 1) : null;
            case GrammarNodeKind.Literals:
                JsonElement?[] values = [.. node.Texts.Select(Parse)];
                return values.All(value => value?.ValueKind == JsonValueKind.Object) ? GrammarNode.AnyOf([.. values.Select(value => writeConstant(value!.Value))]) : null;
            default:
                return null;
        }
    }
}
