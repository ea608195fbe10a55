using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>Writes marks into grammars: as tokens where the model has a control token for them, else as text. Immutable.</summary>
/// <param name="markers">The marks in the model's vocabulary.</param>
/// <param name="isLenient">
/// Whether a mark's white space may be any, as the parsers take it. For calls that the model begins by itself, in its own spacing; a call that
/// it must write has one way on, which needs no sampling.
/// </param>
internal sealed class MarkGrammar(MarkerTokens markers, bool isLenient = false)
{
    // Ours: a line end and the indentation of a call's innermost line, with room.
    private const int LongestSpace = 32;

    private static readonly GrammarNode AnySpace = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of("\n\t ")), 0, LongestSpace));

    private static readonly CodePointSet IdLetters = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'));

    /// <summary>Some white space or none.</summary>
    public static GrammarNode Space { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of("\n ")), 0, 2));

    /// <summary>Nine letters and digits.</summary>
    public static GrammarNode NineLetters { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(IdLetters), 9, 9));

    /// <summary>A small number.</summary>
    public static GrammarNode Digits { get; } = GrammarNode.Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(('0', '9'))), 1, 2));

    /// <summary>Whether white space of marks may be any.</summary>
    public bool IsLenient => isLenient;

    /// <summary>
    /// A mark in the notation of <see cref="MarkTemplate"/>, without places. It ends before a mark that ends the generation: behind it nothing
    /// can follow, and where the grammar is complete the generation may end.
    /// </summary>
    public GrammarNode Text(string notation) => Write(notation, WriteSpaced);

    /// <summary>A text as it is, with its control tokens; see <see cref="Text"/>.</summary>
    public GrammarNode Exact(string text) => Write(text, GrammarNode.Literal);

    private GrammarNode Write(string text, Func<string, GrammarNode> write)
    {
        List<GrammarNode> nodes = [];
        while (FindControl(text) is { } found)
        {
            nodes.Add(write(text[..found.Index]));
            if (markers.EndsGeneration(found.Mark))
            {
                return GrammarNode.Sequence(nodes);
            }

            nodes.Add(GrammarNode.Tokens(markers.Find(found.Mark)!.Value));
            text = text[(found.Index + found.Mark.Length)..];
        }

        return GrammarNode.Sequence([.. nodes, write(text)]);
    }

    private GrammarNode WriteSpaced(string notation)
    {
        if (!isLenient)
        {
            return GrammarNode.Literal(MarkTemplate.WithoutSpaceMarks(notation));
        }

        List<GrammarNode> nodes = [];
        int start = 0;
        while (start < notation.Length)
        {
            int end = start;
            bool isSpace = MarkTemplate.IsSpace(notation[start]);
            while (end < notation.Length && MarkTemplate.IsSpace(notation[end]) == isSpace)
            {
                end++;
            }

            nodes.Add(isSpace ? AnySpace : GrammarNode.Literal(notation[start..end]));
            start = end;
        }

        return GrammarNode.Sequence(nodes);
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
