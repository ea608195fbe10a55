using System.Text.Json;
using MistralServe.Inference.Constraints.JsonSchema;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>
/// Writes an instance in the form that the grammar has: members in the order of the schema, numbers and texts in their one
/// spelling. Where alternatives order members differently, in each of the orders. The value is always the same, so that a
/// schema's verdict on it is too.
/// </summary>
internal static class InstanceWriter
{
    private const int MostVariants = 64;

    /// <summary>All forms of an instance.</summary>
    public static IReadOnlyList<string> Write(SchemaNode? node, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => WriteObject(node, value),
        JsonValueKind.Array => WriteArray(node, value),
        JsonValueKind.String => [JsonText.Quote(value.GetString()!)],
        JsonValueKind.Number => [JsonDecimal.TryParse(value.GetRawText(), out JsonDecimal? number) ? Plain(number.Value) : value.GetRawText()],
        _ => [value.GetRawText()],
    };

    /// <summary>Whole numbers without exponent where that is short enough; the others as JavaScript writes them.</summary>
    private static string Plain(JsonDecimal value)
    {
        (string whole, string fraction) = value.Split();
        return fraction.Length == 0 && whole.Length < NumberPatterns.LongestText ? (value.Digits.Sign < 0 ? "-" : "") + whole : value.ToString();
    }

    private static IReadOnlyList<string> WriteObject(SchemaNode? node, JsonElement value)
    {
        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        HashSet<string> variants = [];
        foreach (ObjectAlternative? alternative in Alternatives<ObjectAlternative>(node))
        {
            Dictionary<string, SchemaNode> named = alternative?.Named.ToDictionary(member => member.Name, member => member.Value) ?? [];
            string[] order = [.. named.Keys.Where(members.ContainsKey), .. members.Keys.Where(name => !named.ContainsKey(name))];
            List<IReadOnlyList<string>> parts = [];
            foreach (string name in order)
            {
                IEnumerable<SchemaNode?> nodes = named.TryGetValue(name, out SchemaNode? own) ? [own] : [.. alternative?.Extra.Select(extra => extra.Value) ?? []];
                parts.Add([.. nodes.DefaultIfEmpty().SelectMany(part => Write(part, members[name])).Distinct().Select(text => $"{JsonText.Quote(name)}: {text}")]);
            }

            variants.UnionWith(Combine(parts).Select(text => "{" + text + "}"));
        }

        return [.. variants.Take(MostVariants)];
    }

    private static IReadOnlyList<string> WriteArray(SchemaNode? node, JsonElement value)
    {
        HashSet<string> variants = [];
        foreach (ArrayAlternative? alternative in Alternatives<ArrayAlternative>(node))
        {
            List<IReadOnlyList<string>> parts = [];
            foreach (JsonElement item in value.EnumerateArray())
            {
                int index = parts.Count;
                SchemaNode? own = index < alternative?.Prefix.Count ? alternative.Prefix[index] : alternative?.Rest;
                parts.Add([.. new[] { own, alternative?.Contained?.Node }.SelectMany(part => Write(part, item)).Distinct()]);
            }

            variants.UnionWith(Combine(parts).Select(text => "[" + text + "]"));
        }

        return [.. variants.Take(MostVariants)];
    }

    private static IEnumerable<T?> Alternatives<T>(SchemaNode? node)
        where T : Alternative => (node?.Alternatives ?? []).OfType<T>().DefaultIfEmpty<T?>();

    private static List<string> Combine(List<IReadOnlyList<string>> parts)
    {
        List<string> combined = [""];
        foreach (IReadOnlyList<string> part in parts)
        {
            combined = [.. combined.SelectMany(start => part.Select(end => start.Length == 0 ? end : $"{start}, {end}")).Take(MostVariants)];
        }

        return combined;
    }
}
