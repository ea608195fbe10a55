namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>What a <see cref="GrammarNode"/> is made of.</summary>
internal enum GrammarNodeKind
{
    /// <summary>A text of <see cref="GrammarNode.Pattern"/>, encoded.</summary>
    Text,

    /// <summary>One of <see cref="GrammarNode.Literals"/>.</summary>
    Literals,

    /// <summary>One of the tokens <see cref="GrammarNode.TokenIds"/>, by id.</summary>
    Tokens,

    /// <summary>The children one after the other.</summary>
    Sequence,

    /// <summary>One of the children.</summary>
    AnyOf,

    /// <summary>The child, <see cref="GrammarNode.Min"/> to <see cref="GrammarNode.Max"/> times.</summary>
    Repeat,

    /// <summary>What <see cref="GrammarNode.Reference"/> stands for.</summary>
    Rule,

    /// <summary>Named parts in order, each at most once: <see cref="GrammarNode.MemberList"/>.</summary>
    Members,

    /// <summary>Free text up to a trigger: <see cref="GrammarNode.FreeText"/>.</summary>
    FreeText,
}
