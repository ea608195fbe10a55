using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>Writes marks into grammars: as tokens where the model has a control token for them, else as text. Immutable.</summary>
internal sealed class MarkGrammar(MarkerTokens markers)
{
    private static readonly CodePointSet IdLetters = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'));

    /// <summary>Some white space or none.</summary>
    public static GrammarNode Space { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of("\n ")), 0, 2));

    /// <summary>Nine letters and digits.</summary>
    public static GrammarNode NineLetters { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(IdLetters), 9, 9));

    /// <summary>A small number.</summary>
    public static GrammarNode Digits { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(('0', '9'))), 1, 2));

    /// <summary>
    /// A text with its marks. It ends before a mark that ends the generation: behind it nothing can follow, and where the grammar
    /// is complete the generation may end.
    /// </summary>
    public GrammarNode Text(string text)
    {
        List<GrammarNode> nodes = [];
        while (FindControl(text) is { } found)
        {
            nodes.Add(GrammarNode.Literal(text[..found.Index]));
            if (markers.EndsGeneration(found.Mark))
            {
                return GrammarNode.Sequence(nodes);
            }

            nodes.Add(GrammarNode.Tokens(markers.Find(found.Mark)!.Value));
            text = text[(found.Index + found.Mark.Length)..];
        }

        return GrammarNode.Sequence([.. nodes, GrammarNode.Literal(text)]);
    }

    /// <summary>Pieces of a mark: fixed text, ids and numbers.</summary>
    public GrammarNode Pieces(IEnumerable<(string Text, string? Place)> pieces) => GrammarNode.Sequence([.. pieces.Select(piece => piece.Place switch
    {
        null => Text(piece.Text),
        "id" => NineLetters,
        _ => Digits,
    })]);

    /// <summary>
    /// A trigger of free text.
    /// </summary>
    /// <param name="mark">Text that says that a part begins; if it has control tokens, the first one does.</param>
    /// <param name="next">What follows the mark.</param>
    public Trigger Trigger(string mark, GrammarNode next) => FindControl(mark) is { } found
        ? new Trigger("", markers.Find(found.Mark), GrammarNode.Sequence(Text(mark[(found.Index + found.Mark.Length)..]), next))
        : new Trigger(mark, null, next);

    /// <summary>The first control token in a text, the longest at one place.</summary>
    public (int Index, string Mark)? FindControl(string text)
    {
        (int Index, string Mark)? first = null;
        foreach (string mark in markers.ControlMarkers)
        {
            int index = text.IndexOf(mark, StringComparison.Ordinal);
            if (index >= 0 && (first is null || index < first.Value.Index))
            {
                first = (index, mark);
            }
        }

        return first;
    }

    /// <summary>
    /// Any text that does not contain another: what may stand before a closing mark.
    /// </summary>
    public Pattern Without(string text) => FindControl(text) is null
        ? Pattern.Not(Pattern.Sequence(Pattern.AnyText, Pattern.Literal(text), Pattern.AnyText))
        : Pattern.AnyText;
}
