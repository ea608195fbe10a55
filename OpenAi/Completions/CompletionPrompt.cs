using System.Text.Json;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Completions;

/// <summary>The field <c>prompt</c>. Any thread.</summary>
internal static class CompletionPrompt
{
    private const string Name = "prompt";

    /// <summary>Makes a generation with the prompt and nothing else. Mistakes are noted in <paramref name="errors"/>.</summary>
    /// <param name="prompt">A string, an array of token ids, or a list with one of these.</param>
    /// <param name="errors">With any, the result must not be used.</param>
    public static CompletionGeneration Read(JsonElement prompt, RequestErrors errors)
    {
        if (prompt.ValueKind == JsonValueKind.Array && IsList(prompt))
        {
            if (prompt.GetArrayLength() > 1)
            {
                errors.AddUnsupported(Name, "'prompt' as a list of several prompts is not supported; send one request for each of them.");
                return new CompletionGeneration();
            }

            prompt = prompt[0];
        }

        switch (prompt.ValueKind)
        {
            case JsonValueKind.String:
                return new CompletionGeneration { Text = prompt.GetString() };
            case JsonValueKind.Array:
                return new CompletionGeneration { Tokens = ReadTokens(prompt, errors) };
            default:
                errors.AddInvalidType(Name, $"'prompt' must be a string or an array of token ids, not {JsonFields.Describe(prompt.ValueKind)}.");
                return new CompletionGeneration();
        }
    }

    private static bool IsList(JsonElement array) =>
        array.GetArrayLength() > 0 && array[0].ValueKind is JsonValueKind.String or JsonValueKind.Array;

    private static List<int> ReadTokens(JsonElement array, RequestErrors errors)
    {
        var tokens = new List<int>(array.GetArrayLength());
        if (array.GetArrayLength() == 0)
        {
            errors.AddInvalidValue(Name, "'prompt' has no tokens; send at least one.");
        }

        foreach (JsonElement element in array.EnumerateArray())
        {
            string path = $"{Name}[{tokens.Count}]";
            if (element.ValueKind != JsonValueKind.Number)
            {
                errors.AddInvalidType(path, $"'{path}' must be a token id, not {JsonFields.Describe(element.ValueKind)}.");
                break;
            }

            // Which ids the model has is checked when it is loaded.
            if (!element.TryGetInt32(out int token) || token < 0)
            {
                errors.AddInvalidValue(path, $"'{path}' must be a token id: a whole number from 0.");
                break;
            }

            tokens.Add(token);
        }

        return tokens;
    }
}
