using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Reads fields that name tokens by their ids, for example <c>stop_token_ids</c>. One request, one thread.</summary>
/// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
/// <param name="errors">Where mistakes are noted; with any, the result must not be used.</param>
internal sealed class TokenIdList(int vocabularySize, RequestErrors errors)
{
    /// <summary>The ids, at least one; null when absent or an empty array.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="maxCount">Most ids.</param>
    public List<int>? Read(string name, JsonElement? value, int maxCount)
    {
        if (value is not { } array)
        {
            return null;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType(name, $"'{name}' must be an array of token ids, not {JsonFields.Describe(array.ValueKind)}.");
            return null;
        }

        int count = array.GetArrayLength();
        if (count > maxCount)
        {
            errors.AddInvalidValue(name, $"'{name}' takes up to {maxCount} token ids, but has {count}.");
            return null;
        }

        var ids = new List<int>(count);
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int id) || (uint)id >= (uint)vocabularySize)
            {
                errors.AddInvalidValue($"{name}[{ids.Count}]", $"'{name}[{ids.Count}]' is no token of this model: ids go from 0 to {vocabularySize - 1}.");
                return null;
            }

            ids.Add(id);
        }

        return ids.Count > 0 ? ids : null;
    }
}
