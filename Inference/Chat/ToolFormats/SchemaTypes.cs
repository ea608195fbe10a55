using System.Text.Json;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>JSON types that a value may have.</summary>
[Flags]
internal enum JsonTypes
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>A string.</summary>
    String = 1,

    /// <summary>A number, whole or not.</summary>
    Number = 2,

    /// <summary>True or false.</summary>
    Boolean = 4,

    /// <summary>Null.</summary>
    Null = 8,

    /// <summary>An object.</summary>
    Object = 16,

    /// <summary>An array.</summary>
    Array = 32,

    /// <summary>Every type.</summary>
    All = 63,
}

/// <summary>Reads from a schema which types a value may have: formats that write strings as they are have to know. Stateless.</summary>
internal static class SchemaTypes
{
    // References may go round in circles.
    private const int MaxDepth = 16;

    /// <summary>Types of a tool's parameter; all when nothing is declared.</summary>
    public static JsonTypes OfParameter(ChatTool tool, string name) =>
        tool.Parameters is { } root && FindProperties(root) is { } properties && properties.TryGetProperty(name, out JsonElement schema)
            ? Of(schema, root, 0)
            : JsonTypes.All;

    /// <summary>Types of a value; all when nothing is declared.</summary>
    /// <param name="schema">Its schema; null when there is none.</param>
    /// <param name="root">The schema of all parameters, for references.</param>
    public static JsonTypes OfValue(JsonElement? schema, JsonElement root) => schema is { } known ? Of(known, root, 0) : JsonTypes.All;

    /// <summary>The schema of a member of an object, or of the items of a list; null when it is not declared in place.</summary>
    /// <param name="schema">Schema of the object or list.</param>
    /// <param name="root">The schema of all parameters, for references.</param>
    /// <param name="member">Name of the member; null for items.</param>
    public static JsonElement? FindInside(JsonElement? schema, JsonElement root, string? member)
    {
        if (schema is not { } outer || Resolve(outer, root) is not { ValueKind: JsonValueKind.Object } resolved)
        {
            return null;
        }

        JsonElement found;
        return member is null ? (resolved.TryGetProperty("items", out found) ? found : null)
            : resolved.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(member, out found) ? found
            : resolved.TryGetProperty("additionalProperties", out found) ? found
            : null;
    }

    private static JsonElement? FindProperties(JsonElement root)
    {
        JsonElement schema = Resolve(root, root);
        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object
            ? properties
            : null;
    }

    // Follows a schema that is a reference inside of the document; any other, or one that leads nowhere, stays.
    private static JsonElement Resolve(JsonElement schema, JsonElement root)
    {
        for (int i = 0; i < MaxDepth; i++)
        {
            if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$ref", out JsonElement reference)
                || reference.ValueKind != JsonValueKind.String || Find(root, reference.GetString()!) is not { } target)
            {
                break;
            }

            schema = target;
        }

        return schema;
    }

    private static JsonTypes Of(JsonElement schema, JsonElement root, int depth)
    {
        schema = Resolve(schema, root);
        if (schema.ValueKind != JsonValueKind.Object || depth == MaxDepth)
        {
            return JsonTypes.All;
        }

        JsonTypes types = JsonTypes.All;
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            types &= type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | Named(one)) : Named(type);
        }

        if (schema.TryGetProperty("const", out JsonElement constant))
        {
            types &= OfValue(constant);
        }

        if (schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array)
        {
            types &= values.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | OfValue(one));
        }

        foreach (string keyword in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(keyword, out JsonElement branches) && branches.ValueKind == JsonValueKind.Array)
            {
                types &= branches.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | Of(one, root, depth + 1));
            }
        }

        if (schema.TryGetProperty("allOf", out JsonElement parts) && parts.ValueKind == JsonValueKind.Array)
        {
            types = parts.EnumerateArray().Aggregate(types, (all, one) => all & Of(one, root, depth + 1));
        }

        // A schema that nothing can hold: all the same, then.
        return types == JsonTypes.None ? JsonTypes.All : types;
    }

    /// <summary>The type that a JSON text has, by its first character.</summary>
    public static JsonTypes OfText(byte first) => first switch
    {
        (byte)'"' => JsonTypes.String,
        (byte)'{' => JsonTypes.Object,
        (byte)'[' => JsonTypes.Array,
        (byte)'t' or (byte)'f' => JsonTypes.Boolean,
        (byte)'n' => JsonTypes.Null,
        _ => JsonTypes.Number,
    };

    private static JsonTypes Named(JsonElement type) => type.ValueKind != JsonValueKind.String ? JsonTypes.All : type.GetString() switch
    {
        "string" => JsonTypes.String,
        "number" or "integer" => JsonTypes.Number,
        "boolean" => JsonTypes.Boolean,
        "null" => JsonTypes.Null,
        "object" => JsonTypes.Object,
        "array" => JsonTypes.Array,
        _ => JsonTypes.All,
    };

    private static JsonTypes OfValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.Object => JsonTypes.Object,
        _ => JsonTypes.Array,
    };

    private static JsonElement? Find(JsonElement root, string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        JsonElement found = root;
        foreach (string step in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return null;
            }
        }

        return found;
    }
}
