namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>What a <see cref="Pattern"/> is made of.</summary>
internal enum PatternKind
{
    /// <summary>No text at all.</summary>
    Never,

    /// <summary>The empty text.</summary>
    Empty,

    /// <summary>One code point of <see cref="Pattern.Set"/>.</summary>
    Chars,

    /// <summary>One of <see cref="Pattern.Texts"/>.</summary>
    Strings,

    /// <summary>The parts one after the other.</summary>
    Sequence,

    /// <summary>One of the parts.</summary>
    AnyOf,

    /// <summary>What all parts accept.</summary>
    AllOf,

    /// <summary>What the part doesn't accept.</summary>
    Not,

    /// <summary>The part, <see cref="Pattern.Min"/> to <see cref="Pattern.Max"/> times.</summary>
    Repeat,
}
