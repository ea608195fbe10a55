namespace MistralServe.Inference.Constraints.Machine;

/// <summary>What a <see cref="GrammarPart"/> does.</summary>
internal enum PartKind
{
    /// <summary>Reads a text.</summary>
    Text,

    /// <summary>Reads one token.</summary>
    Tokens,

    /// <summary>Runs its children one after the other.</summary>
    Sequence,

    /// <summary>Runs one of its children.</summary>
    AnyOf,

    /// <summary>Runs its child several times.</summary>
    Repeat,

    /// <summary>Runs its only child.</summary>
    Rule,

    /// <summary>Runs members of an object.</summary>
    Members,

    /// <summary>Reads free text.</summary>
    FreeText,
}
