namespace MistralServe.Inference.Constraints.Languages;

/// <summary>What a regular expression must match.</summary>
internal enum RegexMode
{
    /// <summary>The whole text, anchors or not.</summary>
    Whole,

    /// <summary>Some part of the text, as JSON Schema's pattern means it; anchors bind it to the ends.</summary>
    Search,
}
