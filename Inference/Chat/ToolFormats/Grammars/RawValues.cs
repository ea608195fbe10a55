using System.Text.Json;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Rewrites the grammar of a JSON value for formats that write a string as it is, up to a closing mark: the value itself, not what
/// is inside of objects and arrays. Stateless but for its pattern.
/// </summary>
/// <param name="allowed">Texts that may stand before the closing mark.</param>
/// <param name="isAllowed">The same for a given text.</param>
/// <param name="characterData">Texts that may stand between the marks of character data; null where there are none.</param>
internal sealed class RawValues(Pattern allowed, Func<string, bool> isAllowed, Pattern? characterData)
{
    /// <summary>Before and behind character data.</summary>
    public const string CharacterDataOpen = "<![CDATA[", CharacterDataClose = "]]>";

    // As for objects: rules that lead to rules.
    private const int MaxDepth = 16;

    /// <summary>
    /// The ways to write a value, each with whether it is a string.
    /// </summary>
    /// <param name="node">Grammar of a JSON value.</param>
    public IReadOnlyList<(bool IsString, GrammarNode Node)> Write(GrammarNode node)
    {
        List<(bool, GrammarNode)> ways = [];
        Write(node, ways, 0);
        return ways;
    }

    private void Write(GrammarNode node, List<(bool IsString, GrammarNode Node)> ways, int depth)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Rule when node.Reference?.Body is { } body && depth < MaxDepth && !IsStructure(body):
                Write(body, ways, depth + 1);
                break;
            case GrammarNodeKind.AnyOf:
                foreach (GrammarNode child in node.Children)
                {
                    Write(child, ways, depth + 1);
                }

                break;
            case GrammarNodeKind.Text when node.Encoding != TextEncoding.Utf8:
                ways.Add((true, GrammarNode.Text(Pattern.AllOf(node.Pattern, allowed), TextEncoding.Utf8, node.Min, node.Max)));
                if (characterData is not null)
                {
                    GrammarNode inside = GrammarNode.Text(Pattern.AllOf(node.Pattern, characterData), TextEncoding.Utf8, node.Min, node.Max);
                    ways.Add((true, GrammarNode.Sequence(GrammarNode.Literal(CharacterDataOpen), inside, GrammarNode.Literal(CharacterDataClose))));
                }

                break;
            case GrammarNodeKind.Literals:
                JsonElement?[] values = [.. node.Texts.Select(JsonNodes.Parse)];
                string[] strings = [.. values.Where(value => value?.ValueKind == JsonValueKind.String).Select(value => value!.Value.GetString()!).Where(isAllowed)];
                string[] others = [.. node.Texts.Where((_, i) => values[i]?.ValueKind != JsonValueKind.String)];
                if (strings.Length > 0)
                {
                    // An empty text is no literal.
                    GrammarNode texts = GrammarNode.Literals([.. strings.Where(text => text.Length > 0)]);
                    ways.Add((true, strings.Contains("") ? GrammarNode.Optional(texts) : texts));
                }

                if (others.Length > 0)
                {
                    // Templates print these as Python does, and models follow their templates.
                    ways.Add((false, GrammarNode.Literals([.. others, .. others.Select(InPython).OfType<string>()])));
                }

                break;
            default:
                ways.Add((false, node));
                break;
        }
    }

    private static string? InPython(string json) => json switch
    {
        "true" => "True",
        "false" => "False",
        "null" => "None",
        _ => null,
    };

    private static bool IsStructure(GrammarNode node) => node.Kind == GrammarNodeKind.Sequence;
}
