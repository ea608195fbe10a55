using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>The field <c>metadata</c>: up to 16 pairs of short texts that a client attaches. Any thread. Source: OpenAI's published bounds.</summary>
internal static class MetadataField
{
    private const int MaxPairs = 16;
    private const int MaxKeyLength = 64;
    private const int MaxValueLength = 512;

    /// <summary>The pairs; none when absent. Mistakes are noted in <paramref name="errors"/>.</summary>
    public static Dictionary<string, string> Read(JsonElement? value, RequestErrors errors)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (value is not { } element)
        {
            return pairs;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.AddInvalidType("metadata", $"'metadata' must be an object of strings, not {JsonFields.Describe(element.ValueKind)}.");
            return pairs;
        }

        if (element.GetPropertyCount() > MaxPairs)
        {
            errors.AddInvalidValue("metadata", $"'metadata' takes up to {MaxPairs} pairs, but has {element.GetPropertyCount()}.");
            return pairs;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name.Length is 0 or > MaxKeyLength)
            {
                errors.AddInvalidValue("metadata", $"The keys of 'metadata' must have 1 to {MaxKeyLength} characters.");
            }
            else if (property.Value.ValueKind != JsonValueKind.String)
            {
                errors.AddInvalidType($"metadata.{property.Name}", $"'metadata.{property.Name}' must be a string, not {JsonFields.Describe(property.Value.ValueKind)}.");
            }
            else if (property.Value.GetString() is { Length: > MaxValueLength } text)
            {
                errors.AddInvalidValue("metadata." + property.Name, $"'metadata.{property.Name}' takes up to {MaxValueLength} characters, but has {text.Length}.");
            }
            else if (!pairs.TryAdd(property.Name, property.Value.GetString()!))
            {
                errors.AddInvalidValue("metadata." + property.Name, $"'metadata.{property.Name}' is given more than once.");
            }
        }

        return pairs;
    }
}
