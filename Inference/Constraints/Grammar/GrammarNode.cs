namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// A part of a grammar: texts of regular languages (<see cref="Pattern"/>) put together by sequence, choice, counted repetition and
/// recursion. Immutable but for the bodies of its rules. Building never fails; what is wrong is said by <see cref="GrammarCompiler"/>.
/// </summary>
internal sealed class GrammarNode
{
    private GrammarNode(GrammarNodeKind kind, IReadOnlyList<GrammarNode> children)
    {
        Kind = kind;
        Children = children;
        int depth = 0;
        foreach (GrammarNode child in children)
        {
            depth = Math.Max(depth, child.Depth);
        }

        Depth = depth + 1;
    }

    /// <summary>The empty text.</summary>
    public static GrammarNode Empty { get; } = new(GrammarNodeKind.Sequence, []);

    /// <summary>No text: a branch that can never be taken.</summary>
    public static GrammarNode Never { get; } = new(GrammarNodeKind.AnyOf, []);

    /// <summary>What it is made of.</summary>
    public GrammarNodeKind Kind { get; }

    /// <summary>Children of sequence, choice and repetition.</summary>
    public IReadOnlyList<GrammarNode> Children { get; }

    /// <summary>Levels of nesting, rules and members not followed; 1 for leaves.</summary>
    public int Depth { get; }

    /// <summary>Language of <see cref="GrammarNodeKind.Text"/>, before it is encoded.</summary>
    public Pattern Pattern { get; private init; } = Pattern.Never;

    /// <summary>How the text is written.</summary>
    public TextEncoding Encoding { get; private init; }

    /// <summary>Texts of <see cref="GrammarNodeKind.Literals"/>, as written.</summary>
    public IReadOnlyCollection<string> Texts { get; private init; } = [];

    /// <summary>Token ids of <see cref="GrammarNodeKind.Tokens"/>.</summary>
    public IReadOnlyList<int> TokenIds { get; private init; } = [];

    /// <summary>Least repetitions; least code points of a text.</summary>
    public int Min { get; private init; }

    /// <summary>Most repetitions; most code points of a text; null means no limit.</summary>
    public int? Max { get; private init; }

    /// <summary>Rule of <see cref="GrammarNodeKind.Rule"/>.</summary>
    public GrammarRule? Reference { get; private init; }

    /// <summary>Members of <see cref="GrammarNodeKind.Members"/>.</summary>
    public MemberList? MemberList { get; private init; }

    /// <summary>Free text of <see cref="GrammarNodeKind.FreeText"/>.</summary>
    public FreeText? FreeText { get; private init; }

    /// <summary>Exactly this text, as written.</summary>
    public static GrammarNode Literal(string text) => text.Length == 0 ? Empty : Literals([text]);

    /// <summary>One of some texts, as written; linear in their bytes, also for tens of thousands.</summary>
    public static GrammarNode Literals(IReadOnlyCollection<string> texts) =>
        texts.Count == 0 ? Never : new(GrammarNodeKind.Literals, []) { Texts = texts };

    /// <summary>
    /// A text of a regular language.
    /// </summary>
    /// <param name="pattern">The language, before encoding.</param>
    /// <param name="encoding">How the text is written.</param>
    /// <param name="minLength">Least code points before encoding. A counter: costs nothing.</param>
    /// <param name="maxLength">Most code points before encoding; null means no limit. A counter: costs nothing.</param>
    public static GrammarNode Text(Pattern pattern, TextEncoding encoding = TextEncoding.Utf8, int minLength = 0, int? maxLength = null) =>
        new(GrammarNodeKind.Text, []) { Pattern = pattern, Encoding = encoding, Min = minLength, Max = maxLength };

    /// <summary>One of some tokens by id, whatever their text; the way to write control tokens.</summary>
    public static GrammarNode Tokens(params IReadOnlyList<int> ids) => new(GrammarNodeKind.Tokens, []) { TokenIds = ids };

    /// <summary>One after the other; the empty text when there are none.</summary>
    public static GrammarNode Sequence(params IReadOnlyList<GrammarNode> children) =>
        children.Count switch { 0 => Empty, 1 => children[0], _ => new(GrammarNodeKind.Sequence, children) };

    /// <summary>One of them; nothing when there are none. The text may fit several: all are followed.</summary>
    public static GrammarNode AnyOf(params IReadOnlyList<GrammarNode> children) =>
        children.Count switch { 0 => Never, 1 => children[0], _ => new(GrammarNodeKind.AnyOf, children) };

    /// <summary>
    /// A part several times. A counter: costs nothing, whatever the bounds.
    /// </summary>
    /// <param name="child">What repeats.</param>
    /// <param name="min">At least 0.</param>
    /// <param name="max">At least <paramref name="min"/>, else nothing is accepted; null means no limit.</param>
    public static GrammarNode Repeat(GrammarNode child, int min, int? max) =>
        max < min ? Never : new(GrammarNodeKind.Repeat, [child]) { Min = min, Max = max };

    /// <summary>A part or nothing.</summary>
    public static GrammarNode Optional(GrammarNode child) => Repeat(child, 0, 1);

    /// <summary>What a rule stands for.</summary>
    public static GrammarNode Rule(GrammarRule rule) => new(GrammarNodeKind.Rule, []) { Reference = rule };

    /// <summary>Named members in order, then extra ones.</summary>
    public static GrammarNode Members(MemberList members) => new(GrammarNodeKind.Members, []) { MemberList = members };

    /// <summary>Free text up to a trigger.</summary>
    public static GrammarNode Free(FreeText text) => new(GrammarNodeKind.FreeText, []) { FreeText = text };
}
