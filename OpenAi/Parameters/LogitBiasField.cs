using System.Globalization;
using System.Text.Json;
using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// The field <c>logit_bias</c>: OpenAI's map of token ids to biases, or llama-server's list of pairs of the two. A bias of
/// false bans the token, as in llama-server. Any thread.
/// </summary>
internal static class LogitBiasField
{
    private const string Name = "logit_bias";

    /// <summary>Longest key that errors repeat, in characters. Ours: more than the digits of any id.</summary>
    private const int MaxEchoedKey = 32;

    /// <summary>Reads the biases; those of exactly 0 do nothing and are left away, whatever their key.</summary>
    /// <param name="value">The field; null when absent.</param>
    /// <param name="vocabularySize">Number of tokens of the model.</param>
    /// <param name="errors">Where mistakes are noted; with any, the result must not be used.</param>
    public static IReadOnlyDictionary<int, float> Read(JsonElement? value, int vocabularySize, RequestErrors errors)
    {
        int count = value?.ValueKind switch
        {
            null => 0,
            JsonValueKind.Object => value.Value.GetPropertyCount(),
            JsonValueKind.Array => value.Value.GetArrayLength(),
            _ => -1,
        };
        if (count < 0)
        {
            errors.AddInvalidType(Name, $"'{Name}' must be an object of token ids and biases, not {JsonFields.Describe(value!.Value.ValueKind)}.");
        }
        else if (count > GenerationLimits.MaxLogitBiases)
        {
            errors.AddInvalidValue(Name, $"'{Name}' takes up to {GenerationLimits.MaxLogitBiases} tokens, but has {count}.");
        }

        if (count <= 0 || errors.First is not null)
        {
            return new SamplingOptions().LogitBias;
        }

        var biases = new Dictionary<int, float>(count);
        foreach ((string path, int? token, JsonElement bias) in value!.Value.ValueKind == JsonValueKind.Object ? ReadMap(value.Value) : ReadPairs(value.Value))
        {
            Add(biases, path, token, bias, vocabularySize, errors);
            if (errors.First is not null)
            {
                break;
            }
        }

        return biases.Count > 0 ? biases : new SamplingOptions().LogitBias;
    }

    private static IEnumerable<(string Path, int? Token, JsonElement Bias)> ReadMap(JsonElement map) =>
        map.EnumerateObject().Select(entry => (
            entry.Name.Length <= MaxEchoedKey ? $"{Name}.{entry.Name}" : Name,
            int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int token) ? token : (int?)null,
            entry.Value));

    private static IEnumerable<(string Path, int? Token, JsonElement Bias)> ReadPairs(JsonElement list) =>
        list.EnumerateArray().Select((pair, index) =>
        {
            bool isPair = pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2;
            bool isToken = isPair && pair[0].ValueKind == JsonValueKind.Number && pair[0].TryGetInt32(out _);
            return ($"{Name}[{index}]", isToken ? pair[0].GetInt32() : (int?)null, isPair ? pair[1] : default);
        });

    private static void Add(
        Dictionary<int, float> biases, string path, int? token, JsonElement bias, int vocabularySize, RequestErrors errors)
    {
        if (ToBias(bias) is not { } number)
        {
            errors.AddInvalidValue(
                path, $"'{path}' must be a token id with a bias between -{GenerationLimits.MaxLogitBias} and {GenerationLimits.MaxLogitBias}, or false to ban the token.");
            return;
        }

        if (number == 0)
        {
            return;
        }

        if (token is not { } id || id < 0 || id >= vocabularySize)
        {
            string range = vocabularySize > 0 ? $": ids go from 0 to {vocabularySize - 1}" : "";
            errors.AddInvalidValue(path, $"'{path}' names no token of this model{range}.");
            return;
        }

        if (!biases.TryAdd(id, number))
        {
            errors.AddInvalidValue(path, $"'{path}' is the second bias of token {id}; give one.");
        }
    }

    private static float? ToBias(JsonElement bias) => bias.ValueKind switch
    {
        JsonValueKind.False => float.NegativeInfinity,
        JsonValueKind.Number when bias.TryGetDouble(out double number) && Math.Abs(number) <= GenerationLimits.MaxLogitBias => (float)number,
        _ => null,
    };
}
