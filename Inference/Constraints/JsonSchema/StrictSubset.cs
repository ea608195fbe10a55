namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// The rules that OpenAI has for schemas with <c>strict: true</c>. They are checked beside what can be enforced, so that a schema
/// that works here works there too. Source: openai.md, section 6. Stateless.
/// </summary>
internal static class StrictSubset
{
    private static readonly string[] Forbidden = ["allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"];

    /// <summary>The first rule that a schema breaks; null when it breaks none.</summary>
    public static SchemaProblem? Check(SchemaDocument document)
    {
        SchemaLocation root = document.Root;
        if (root.Find("anyOf") is not null || !(root.Find("type") is { Names: ["object"] } || root.Find("$ref") is not null))
        {
            return new SchemaProblem("", "#", "strict is true, and then the root must have the type object and no anyOf");
        }

        return document.Locations.Select(CheckLocation).FirstOrDefault(problem => problem is not null);
    }

    private static SchemaProblem? CheckLocation(SchemaLocation location)
    {
        if (Array.Find(Forbidden, name => location.Find(name) is not null) is { } forbidden)
        {
            return location.Problem(forbidden, "strict is true, which excludes it; set strict to false");
        }

        SchemaMap? properties = location.Find("properties")?.Map;
        bool isObject = properties is not null || location.Find("type")?.Names.Contains("object") == true;
        if (!isObject)
        {
            return null;
        }

        if (location.Find("additionalProperties")?.Schema is not { Boolean: false })
        {
            return location.Problem("additionalProperties", "strict is true, and then it must be there and false in every object");
        }

        HashSet<string> required = new(location.Find("required")?.Names ?? [], StringComparer.Ordinal);
        string? missing = properties?.Entries.Select(entry => entry.Name).FirstOrDefault(name => !required.Contains(name));
        return missing is null
            ? null
            : location.Problem("required", $"strict is true, and then every property must be in it; {SchemaDocument.Cut(missing)} is not");
    }
}
