namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>What a schema may ask of the compiler. Beyond these it is refused before any work.</summary>
internal static class SchemaLimits
{
    /// <summary>Longest schema in bytes of JSON. Ours: an enum of 50,000 long names fits.</summary>
    public const int Bytes = 4 * 1024 * 1024;

    /// <summary>Most levels of JSON. Ours: twice what the request parser lets through.</summary>
    public const int Depth = 128;

    /// <summary>Most schemas in the document, nested ones counted. Ours: the largest real schemas have some thousands.</summary>
    public const int Schemas = 20_000;

    /// <summary>Most properties of one object. Source: security.md, section 3.</summary>
    public const int Properties = 5_000;

    /// <summary>Most alternatives of one <c>anyOf</c>, <c>oneOf</c> or <c>allOf</c>, and of one place after merging. Source: security.md, section 3.</summary>
    public const int Alternatives = 1_000;

    /// <summary>Most values of one <c>enum</c>. Ours: above the 50,000 that crash peers.</summary>
    public const int EnumValues = 65_536;

    /// <summary>Longest regular expression in UTF-16 units. Source: security.md, section 3.</summary>
    public const int PatternLength = 1_024;

    /// <summary>Most groups of a regular expression. Source: security.md, section 3.</summary>
    public const int PatternGroups = 32;

    /// <summary>Most places of the merged schema. Ours: the nodes of the grammar, with some alternatives each, stay within memory.</summary>
    public const int Nodes = 20_000;

    /// <summary>Most steps of merging. Ours: about a second.</summary>
    public const int Steps = 1_000_000;

    /// <summary>Most kinds of names that overlapping <c>patternProperties</c> may make. Ours.</summary>
    public const int NameKinds = 64;

    /// <summary>Most options of an <c>anyOf</c> whose combinations <c>unevaluated…</c> must tell apart. Ours: 31 combinations.</summary>
    public const int CombinedOptions = 5;

    /// <summary>Most values that a <c>multipleOf</c> within bounds is written out to. Ours.</summary>
    public const int ListedMultiples = 10_000;
}
