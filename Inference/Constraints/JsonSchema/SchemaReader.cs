using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Reads schemas into a <see cref="SchemaDocument"/>: keywords that mean something, with checked values, older spellings
/// translated to those of 2020-12. Annotations and unknown words are skipped. One document, one thread.
/// </summary>
internal sealed class SchemaReader(SchemaDocument document)
{
    private static readonly HashSet<string> Types = ["null", "boolean", "integer", "number", "string", "array", "object"];

    /// <summary>The first problem; null when there is none.</summary>
    public SchemaProblem? Problem { get; private set; }

    /// <summary>Reads a schema and all in it.</summary>
    /// <param name="json">The schema.</param>
    /// <param name="parent">The schema that it stands in.</param>
    /// <param name="step">Pointer from the parent.</param>
    /// <param name="resource">The resource that it stands in.</param>
    /// <returns>Null when <see cref="Problem"/> is set.</returns>
    public SchemaLocation? Read(JsonElement json, SchemaLocation? parent, string step, SchemaResource resource)
    {
        SchemaLocation location = new()
        {
            Id = document.Locations.Count,
            Parent = parent,
            Step = step,
            Boolean = json.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
        };
        location.Resource = resource;
        document.Add(location);
        if (document.Locations.Count > SchemaLimits.Schemas)
        {
            return Fail(location, "", $"the document has more than {SchemaLimits.Schemas} schemas");
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            return location.Boolean is null ? Fail(location, "", "a schema is an object, true or false") : location;
        }

        resource = ReadIdentity(json, location, resource);
        Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        foreach (JsonProperty property in json.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        foreach ((string name, JsonElement value) in members)
        {
            if (!ReadKeyword(location, members, name, value))
            {
                return null;
            }
        }

        return location;
    }

    private SchemaResource ReadIdentity(JsonElement json, SchemaLocation location, SchemaResource resource)
    {
        if (json.TryGetProperty(document.IdKeyword, out JsonElement id) && id.ValueKind == JsonValueKind.String)
        {
            string text = id.GetString()!;
            if (text.StartsWith('#'))
            {
                resource.Anchors.TryAdd(text[1..], location);
            }
            else if (Uri.TryCreate(resource.Base, text, out Uri? uri))
            {
                location.Resource = resource = document.AddResource(uri);
                resource.Root ??= location;
            }
        }

        if (json.TryGetProperty("$anchor", out JsonElement anchor) && anchor.ValueKind == JsonValueKind.String)
        {
            resource.Anchors.TryAdd(anchor.GetString()!, location);
        }

        if (json.TryGetProperty("$dynamicAnchor", out JsonElement dynamicAnchor) && dynamicAnchor.ValueKind == JsonValueKind.String)
        {
            resource.Anchors.TryAdd(dynamicAnchor.GetString()!, location);
            document.AddDynamicAnchor(dynamicAnchor.GetString()!, location);
        }

        return resource;
    }

    /// <summary>Reads one keyword, or skips what is none; false when <see cref="Problem"/> is set.</summary>
    private bool ReadKeyword(SchemaLocation location, Dictionary<string, JsonElement> members, string name, JsonElement value)
    {
        switch (name)
        {
            case "type":
                return ReadTypes(location, value);
            case "enum" or "const":
                return ReadValues(location, name, value);
            case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                return ReadList(location, name, value, name);
            case "items" when value.ValueKind == JsonValueKind.Array:
                return ReadList(location, name, value, "prefixItems");
            case "additionalItems":
                // It says something only behind a list of items; "items" is then not the schema of the rest.
                bool isRest = members.TryGetValue("items", out JsonElement items) && items.ValueKind == JsonValueKind.Array;
                return !isRest || ReadSchema(location, name, value, "items");
            case "not" or "if" or "then" or "else" or "items" or "contains" or "additionalProperties" or "propertyNames"
                or "unevaluatedProperties" or "unevaluatedItems":
                return ReadSchema(location, name, value, name);
            case "properties" or "patternProperties" or "dependentSchemas" or "$defs" or "definitions":
                return ReadMap(location, name, value);
            case "required":
                return ReadNames(location, name, value) is { } required && Add(location, new SchemaKeyword(name) { Names = required });
            case "dependentRequired" or "dependencies":
                return ReadDependencies(location, name, value);
            case "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties" or "minContains" or "maxContains":
                return ReadCount(location, name, value);
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                return ReadNumber(location, members, name, value);
            case "uniqueItems":
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? value.ValueKind == JsonValueKind.False || Add(location, new SchemaKeyword(name))
                    : Wrong(location, name, "true or false");
            case "pattern" or "format" or "$ref" or "$dynamicRef" or "$recursiveRef":
                return value.ValueKind == JsonValueKind.String
                    ? Add(location, new SchemaKeyword(name) { Names = [value.GetString()!] })
                    : Wrong(location, name, "a text");
            default:
                return true;
        }
    }

    private bool ReadTypes(SchemaLocation location, JsonElement value)
    {
        IReadOnlyList<string>? names = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : ReadNames(location, "type", value);
        if (names is null)
        {
            return false;
        }

        string? unknown = names.FirstOrDefault(name => !Types.Contains(name));
        return unknown is null
            ? Add(location, new SchemaKeyword("type") { Names = names })
            : Wrong(location, "type", $"one of {string.Join(", ", Types)} or a list of them, and not {SchemaDocument.Cut(unknown)}");
    }

    private bool ReadValues(SchemaLocation location, string name, JsonElement value)
    {
        if (name == "const")
        {
            return Add(location, new SchemaKeyword(name) { Values = [value] });
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return Wrong(location, name, "a list of values");
        }

        return value.GetArrayLength() > SchemaLimits.EnumValues
            ? Wrong(location, name, $"a list of at most {SchemaLimits.EnumValues} values")
            : Add(location, new SchemaKeyword(name) { Values = [.. value.EnumerateArray()] });
    }

    private bool ReadSchema(SchemaLocation location, string name, JsonElement value, string meaning) =>
        Read(value, location, "/" + name, location.Resource) is { } schema && Add(location, new SchemaKeyword(meaning) { Schema = schema });

    private bool ReadList(SchemaLocation location, string name, JsonElement value, string meaning)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return Wrong(location, name, "a list of schemas");
        }

        if (value.GetArrayLength() > SchemaLimits.Alternatives)
        {
            return Wrong(location, name, $"a list of at most {SchemaLimits.Alternatives} schemas; write many constants as one enum");
        }

        List<SchemaLocation> list = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (Read(item, location, $"/{name}/{list.Count}", location.Resource) is not { } schema)
            {
                return false;
            }

            list.Add(schema);
        }

        return Add(location, new SchemaKeyword(meaning) { List = list });
    }

    private bool ReadMap(SchemaLocation location, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong(location, name, "an object of schemas");
        }

        Dictionary<string, SchemaLocation> entries = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (name == "properties" && entries.Count >= SchemaLimits.Properties)
            {
                return Wrong(location, name, $"an object of at most {SchemaLimits.Properties} schemas");
            }

            if (Read(property.Value, location, $"/{name}/{Escape(property.Name)}", location.Resource) is not { } schema)
            {
                return false;
            }

            entries[property.Name] = schema;
        }

        // Definitions are only read for those who refer to them.
        SchemaMap map = new([.. entries.Select(entry => (entry.Key, entry.Value))]);
        return name is "$defs" or "definitions" || Add(location, new SchemaKeyword(name) { Map = map });
    }

    private IReadOnlyList<string>? ReadNames(SchemaLocation location, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            Wrong(location, name, "a list of names");
            return null;
        }

        if (value.GetArrayLength() > SchemaLimits.Properties)
        {
            Wrong(location, name, $"a list of at most {SchemaLimits.Properties} names");
            return null;
        }

        return [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct()];
    }

    private bool ReadDependencies(SchemaLocation location, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong(location, name, "an object");
        }

        List<(string, IReadOnlyList<string>)> names = [];
        List<(string, SchemaLocation)> schemas = [];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array)
            {
                if (ReadNames(location, name, property.Value) is not { } needs)
                {
                    return false;
                }

                names.Add((property.Name, needs));
            }
            else if (name == "dependentRequired")
            {
                return Wrong(location, name, "an object of lists of names");
            }
            else
            {
                if (Read(property.Value, location, $"/{name}/{Escape(property.Name)}", location.Resource) is not { } schema)
                {
                    return false;
                }

                schemas.Add((property.Name, schema));
            }
        }

        return (names.Count == 0 || Add(location, new SchemaKeyword("dependentRequired") { Dependencies = names }))
            && (schemas.Count == 0 || Add(location, new SchemaKeyword("dependentSchemas") { Map = new SchemaMap(schemas) }));
    }

    private bool ReadCount(SchemaLocation location, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !JsonDecimal.TryParse(value.GetRawText(), out JsonDecimal? count) || !count.Value.IsInteger || count.Value.Digits.Sign < 0)
        {
            return Wrong(location, name, "a whole number, 0 or more");
        }

        return Add(location, new SchemaKeyword(name) { Count = count.Value.Truncated > int.MaxValue ? int.MaxValue : (int)count.Value.Truncated });
    }

    private bool ReadNumber(SchemaLocation location, Dictionary<string, JsonElement> members, string name, JsonElement value)
    {
        if (name.StartsWith("exclusive", StringComparison.Ordinal) && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            // The draft-04 spelling: a flag beside the bound, read with the bound.
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !JsonDecimal.TryParse(value.GetRawText(), out JsonDecimal? number))
        {
            return Wrong(location, name, "a number within the range of a double");
        }

        if (name == "multipleOf" && number.Value.Digits.Sign <= 0)
        {
            return Wrong(location, name, "a number above 0");
        }

        string exclusive = name == "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
        bool isExclusive = name is "minimum" or "maximum" && members.TryGetValue(exclusive, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        return Add(location, new SchemaKeyword(isExclusive ? exclusive : name) { Number = number.Value });
    }

    private static bool Add(SchemaLocation location, SchemaKeyword keyword)
    {
        location.Keywords.Add(keyword);
        return true;
    }

    private bool Wrong(SchemaLocation location, string name, string expected)
    {
        Problem ??= location.Problem(name, $"its value must be {expected}");
        return false;
    }

    private SchemaLocation? Fail(SchemaLocation location, string keyword, string reason)
    {
        Problem ??= location.Problem(keyword, reason);
        return null;
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
