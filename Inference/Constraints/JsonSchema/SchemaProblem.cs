namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// A keyword that cannot be enforced, or is wrong.
/// </summary>
/// <param name="Keyword">The keyword; empty when the schema as a whole is meant.</param>
/// <param name="Path">JSON pointer of the schema that has the keyword, in the form <c>#/properties/a</c>.</param>
/// <param name="Reason">Half a sentence: why.</param>
internal sealed record SchemaProblem(string Keyword, string Path, string Reason)
{
    /// <summary>One sentence for the caller.</summary>
    public string Message => Keyword.Length == 0
        ? $"The schema at {Path} cannot be used: {Reason}."
        : $"The keyword {Keyword} at {Path} cannot be enforced: {Reason}.";
}
