using System.Text.Json;
using MistralServe.OpenAi;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// Holds the arguments of a call against the input schema of its tool. Knows the keywords that our tools use: type, required, properties, items, enum,
/// anyOf, minimum, maximum, minItems, maxItems, and minLength as "not empty"; others promise nothing. A JSON null counts as absent, as on
/// the REST port. Immutable; any thread. Source of the keywords: JSON Schema 2020-12, validation.
/// </summary>
internal sealed class ArgumentSchema
{
    private readonly List<string> _types = [];
    private readonly List<JsonElement> _words = [];
    private readonly List<ArgumentSchema> _alternatives = [];
    private readonly List<Property> _properties = [];
    private readonly ArgumentSchema? _items;
    private readonly ArgumentBounds _values;
    private readonly ArgumentBounds _counts;
    private readonly bool _mustNotBeEmpty;
    private readonly string? _description;

    /// <summary>Prepares the check of a schema.</summary>
    /// <param name="schema">The schema, an object.</param>
    public ArgumentSchema(JsonElement schema)
    {
        _description = Find(schema, "description"u8)?.GetString();
        _values = new(Number(schema, "minimum"u8), Number(schema, "maximum"u8));
        _counts = new(Number(schema, "minItems"u8), Number(schema, "maxItems"u8));
        _mustNotBeEmpty = Number(schema, "minLength"u8) > 0;
        _items = Find(schema, "items"u8) is { } items ? new ArgumentSchema(items) : null;
        foreach (JsonElement type in Elements(schema, "type"u8))
        {
            _types.Add(type.GetString()!);
        }

        _words.AddRange(Elements(schema, "enum"u8));
        foreach (JsonElement alternative in Elements(schema, "anyOf"u8))
        {
            _alternatives.Add(new ArgumentSchema(alternative));
        }

        ReadProperties(schema);
    }

    // What the value must be, for people.
    private string Expected => _types.Count > 0 ? string.Join(" or ", _types.ConvertAll(Describe)) : Remedy ?? "given";

    private string? Remedy => _description is { Length: > 0 } text ? char.ToLowerInvariant(text[0]) + text[1..] : null;

    /// <summary>Checks the arguments of a call.</summary>
    /// <param name="arguments">An object.</param>
    /// <returns>Null when they keep the schema; else a sentence that names the first field which does not, and what it must be.</returns>
    public string? Check(JsonElement arguments) => FindMistake(arguments) is { } mistake ? $"'{mistake.Path.TrimStart('.')}' {mistake.Text}" : null;

    private ArgumentMistake? FindMistake(JsonElement value)
    {
        if (_alternatives.Count > 0 && FindInAlternatives(value) is { } mistake)
        {
            return mistake;
        }

        if (_types.Count > 0 && !_types.Exists(type => IsOf(type, value)))
        {
            return WrongType(value);
        }

        if (_words.Count > 0 && !_words.Exists(word => JsonElement.DeepEquals(word, value)))
        {
            return new($"must be one of {string.Join(", ", _words)}.");
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => _values.Check(value.GetDouble(), "") is { } text ? new ArgumentMistake(text) : null,
            JsonValueKind.String when _mustNotBeEmpty && value.ValueEquals(""u8) => new ArgumentMistake("must not be empty."),
            JsonValueKind.Array => FindInElements(value),
            JsonValueKind.Object => FindInProperties(value),
            _ => null,
        };
    }

    // Of the alternatives the one is meant that goes furthest; where none goes beyond the type, their common description says more.
    private ArgumentMistake? FindInAlternatives(JsonElement value)
    {
        ArgumentMistake? furthest = null;
        foreach (ArgumentSchema alternative in _alternatives)
        {
            if (alternative.FindMistake(value) is not { } mistake)
            {
                return null;
            }

            if (furthest is null || mistake.IsBeyond(furthest.Value))
            {
                furthest = mistake;
            }
        }

        return furthest is { IsType: true, Path: "" } ? WrongType(value) : furthest;
    }

    private ArgumentMistake? FindInElements(JsonElement array)
    {
        if (_counts.Check(array.GetArrayLength(), " entries") is { } text)
        {
            return new(text);
        }

        int index = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (_items?.FindMistake(element) is { } mistake)
            {
                return mistake with { Path = $"[{index}]{mistake.Path}" };
            }

            index++;
        }

        return null;
    }

    private ArgumentMistake? FindInProperties(JsonElement element)
    {
        foreach (Property property in _properties)
        {
            if (!element.TryGetProperty(property.Name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                if (property.IsRequired)
                {
                    return new(property.Schema.DescribeMissing()) { Path = $".{property.Name}" };
                }
            }
            else if (property.Schema.FindMistake(value) is { } mistake)
            {
                return mistake with { Path = $".{property.Name}{mistake.Path}" };
            }
        }

        return null;
    }

    private string DescribeMissing() => _types.Count > 0 && Remedy is { } remedy ? $"is required: {Expected} ({remedy})." : $"is required: {Expected}.";

    private ArgumentMistake WrongType(JsonElement value)
    {
        string found = value.ValueKind == JsonValueKind.Number && _types.Contains("integer") ? "a fraction" : JsonFields.Describe(value.ValueKind);
        return new($"must be {Expected}, not {found}.") { IsType = true };
    }

    private void ReadProperties(JsonElement schema)
    {
        List<string> required = [];
        foreach (JsonElement name in Elements(schema, "required"u8))
        {
            required.Add(name.GetString()!);
        }

        if (Find(schema, "properties"u8) is not { } properties)
        {
            return;
        }

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            _properties.Add(new(property.Name, new ArgumentSchema(property.Value), required.Contains(property.Name)));
        }
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && IsWhole(value),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => value.ValueKind == JsonValueKind.Null,
    };

    // 5.0 is an integer. What is too large for any number of ours is the reader's to refuse, in better words.
    private static bool IsWhole(JsonElement number) =>
        number.TryGetInt64(out _) || !double.IsFinite(number.GetDouble()) || number.GetDouble() == Math.Truncate(number.GetDouble());

    private static string Describe(string type) => type switch
    {
        "boolean" => "true or false",
        "null" => "null",
        "integer" or "array" or "object" => $"an {type}",
        _ => $"a {type}",
    };

    private static JsonElement? Find(JsonElement schema, ReadOnlySpan<byte> keyword) => schema.TryGetProperty(keyword, out JsonElement value) ? value : null;

    private static double? Number(JsonElement schema, ReadOnlySpan<byte> keyword) => Find(schema, keyword)?.GetDouble();

    // One word is written without an array.
    private static IEnumerable<JsonElement> Elements(JsonElement schema, ReadOnlySpan<byte> keyword) => Find(schema, keyword) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { } one => [one],
    };

    private sealed record Property(string Name, ArgumentSchema Schema, bool IsRequired);
}
