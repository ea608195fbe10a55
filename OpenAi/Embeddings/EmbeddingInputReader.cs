using System.Text.Json;
using MistralServe.Inference.Embedding;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>The field <c>input</c>. Any thread.</summary>
internal static class EmbeddingInputReader
{
    private const string Name = "input";

    /// <summary>Makes a query of the inputs and nothing else. Mistakes are noted in <paramref name="errors"/>.</summary>
    /// <param name="input">A string, an array of strings, an array of token ids, or an array of such arrays; null when absent.</param>
    /// <param name="errors">With any, the result must not be used.</param>
    public static EmbeddingQuery Read(JsonElement? input, RequestErrors errors)
    {
        if (input is not { } value)
        {
            errors.AddMissing(Name, "'input' is required: a string, an array of strings, or one or several arrays of token ids.");
            return new EmbeddingQuery { Inputs = [] };
        }

        // An array of numbers is one input.
        bool isList = value.ValueKind == JsonValueKind.Array && (value.GetArrayLength() == 0 || value[0].ValueKind != JsonValueKind.Number);
        return isList
            ? new EmbeddingQuery { Inputs = ReadList(value, errors) }
            : new EmbeddingQuery { Inputs = [ReadOne(value, Name, errors)], IsSingle = true };
    }

    private static List<EmbeddingInput> ReadList(JsonElement list, RequestErrors errors)
    {
        int count = list.GetArrayLength();
        if (count is 0 or > EmbeddingRequest.MaxInputs)
        {
            errors.AddInvalidValue(Name, $"'input' must have 1 to {EmbeddingRequest.MaxInputs} entries, but has {count}.");
            return [];
        }

        JsonValueKind kind = list[0].ValueKind;
        var inputs = new List<EmbeddingInput>(count);
        foreach (JsonElement element in list.EnumerateArray())
        {
            string path = $"{Name}[{inputs.Count}]";
            if (element.ValueKind != kind)
            {
                errors.AddInvalidType(path, $"'{path}' is {JsonFields.Describe(element.ValueKind)} and 'input[0]' is {JsonFields.Describe(kind)}; entries must be of one type.");
            }

            inputs.Add(ReadOne(element, path, errors));
            if (errors.First is not null)
            {
                break; // no reason to look at the rest
            }
        }

        return inputs;
    }

    private static EmbeddingInput ReadOne(JsonElement element, string path, RequestErrors errors)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                string text = element.GetString()!;
                if (text.Length == 0)
                {
                    errors.AddInvalidValue(path, $"'{path}' must not be empty.");
                }

                return new EmbeddingInput(text, null);
            case JsonValueKind.Array:
                return new EmbeddingInput(null, ReadTokens(element, path, errors));
            default:
                errors.AddInvalidType(path, $"'{path}' must be a string or an array of token ids, not {JsonFields.Describe(element.ValueKind)}.");
                return new EmbeddingInput(null, null);
        }
    }

    private static int[] ReadTokens(JsonElement array, string path, RequestErrors errors)
    {
        int count = array.GetArrayLength();
        if (count is 0 or > InputTokenizer.MaxTotalTokens)
        {
            errors.AddInvalidValue(path, $"'{path}' must have 1 to {InputTokenizer.MaxTotalTokens} tokens, but has {count}.");
            return [];
        }

        int[] tokens = new int[count];
        int index = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number)
            {
                errors.AddInvalidType($"{path}[{index}]", $"'{path}[{index}]' must be a token id, not {JsonFields.Describe(element.ValueKind)}.");
                break;
            }

            // Which ids the model has is checked when it is loaded.
            if (!element.TryGetInt32(out tokens[index]) || tokens[index] < 0)
            {
                errors.AddInvalidValue($"{path}[{index}]", $"'{path}[{index}]' must be a token id: a whole number from 0.");
                break;
            }

            index++;
        }

        return tokens;
    }
}
