using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Values of <c>const</c> and <c>enum</c>: scalars as comparable objects, arrays and objects as schemas that accept nothing else.
/// </summary>
internal static class ConstantValues
{
    /// <summary>Stands for the JSON null among comparable values.</summary>
    public static object Null { get; } = new NullValue();

    /// <summary>The scalars of a type among some values: texts, <see cref="JsonDecimal"/>, booleans or <see cref="Null"/>.</summary>
    /// <param name="values">Any values.</param>
    /// <param name="type">A scalar type.</param>
    public static List<object> OfType(IReadOnlyList<JsonElement> values, JsonTypes type)
    {
        List<object> found = [];
        foreach (JsonElement value in values)
        {
            if (JsonTypeNames.Of(value) != type)
            {
                continue;
            }

            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    found.Add(value.GetString()!);
                    break;
                case JsonValueKind.Number when JsonDecimal.TryParse(value.GetRawText(), out JsonDecimal? number):
                    found.Add(number.Value);
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    found.Add(value.ValueKind == JsonValueKind.True);
                    break;
                case JsonValueKind.Null:
                    found.Add(Null);
                    break;
            }
        }

        return found;
    }

    /// <summary>A schema that accepts exactly one array or object.</summary>
    public static SchemaLocation ToSchema(SchemaDocument document, SchemaLocation parent, JsonElement value)
    {
        SchemaLocation Constant(JsonElement part) => document.AddDerived(parent, new SchemaKeyword("const") { Values = [part] });
        if (value.ValueKind == JsonValueKind.Array)
        {
            int length = value.GetArrayLength();
            return document.AddDerived(
                parent,
                new SchemaKeyword("type") { Names = ["array"] },
                new SchemaKeyword("prefixItems") { List = [.. value.EnumerateArray().Select(Constant)] },
                new SchemaKeyword("minItems") { Count = length },
                new SchemaKeyword("maxItems") { Count = length });
        }

        Dictionary<string, SchemaLocation> members = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            members[property.Name] = Constant(property.Value);
        }

        return document.AddDerived(
            parent,
            new SchemaKeyword("type") { Names = ["object"] },
            new SchemaKeyword("properties") { Map = new SchemaMap([.. members.Select(member => (member.Key, member.Value))]) },
            new SchemaKeyword("required") { Names = [.. members.Keys] },
            new SchemaKeyword("minProperties") { Count = members.Count },
            new SchemaKeyword("maxProperties") { Count = members.Count });
    }

    private sealed class NullValue;
}
