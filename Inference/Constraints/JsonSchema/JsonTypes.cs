using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>A set of JSON types; <c>integer</c> is a number.</summary>
[Flags]
internal enum JsonTypes
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The null.</summary>
    Null = 1,

    /// <summary>True and false.</summary>
    Boolean = 2,

    /// <summary>Numbers, whole or not.</summary>
    Number = 4,

    /// <summary>Texts.</summary>
    String = 8,

    /// <summary>Lists.</summary>
    Array = 16,

    /// <summary>Objects.</summary>
    Object = 32,

    /// <summary>All of them.</summary>
    All = 63,
}

/// <summary>Names of JSON types and types of values. Stateless.</summary>
internal static class JsonTypeNames
{
    /// <summary>All types, one by one, in the order in which alternatives are written.</summary>
    public static IReadOnlyList<JsonTypes> Each { get; } =
        [JsonTypes.Object, JsonTypes.Array, JsonTypes.String, JsonTypes.Number, JsonTypes.Boolean, JsonTypes.Null];

    /// <summary>The type of a name of the keyword <c>type</c>.</summary>
    public static JsonTypes Parse(string name) => name switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" or "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => JsonTypes.None,
    };

    /// <summary>The type of a value.</summary>
    public static JsonTypes Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => JsonTypes.None,
    };
}
