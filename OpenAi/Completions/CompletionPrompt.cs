using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Completions;

/// <summary>The field <c>prompt</c>. Any thread.</summary>
internal static class CompletionPrompt
{
    private const string Name = "prompt";

    /// <summary>Makes a generation of each prompt, with the prompt and nothing else. Mistakes are noted in <paramref name="errors"/>.</summary>
    /// <param name="prompt">A string, an array of token ids, or a list of these.</param>
    /// <param name="errors">With any, the result must not be used.</param>
    /// <returns>At least one, unless there are errors.</returns>
    public static List<CompletionGeneration> Read(JsonElement prompt, RequestErrors errors)
    {
        if (prompt.ValueKind != JsonValueKind.Array || !IsList(prompt))
        {
            return [ReadOne(prompt, Name, errors)];
        }

        if (prompt.GetArrayLength() > GenerationLimits.MaxPrompts)
        {
            errors.AddInvalidValue(Name, $"'prompt' takes up to {GenerationLimits.MaxPrompts} prompts, but has {prompt.GetArrayLength()}.");
            return [];
        }

        var prompts = new List<CompletionGeneration>();
        foreach (JsonElement element in prompt.EnumerateArray())
        {
            string path = $"{Name}[{prompts.Count}]";
            if (element.ValueKind != prompt[0].ValueKind)
            {
                errors.AddInvalidType(path, $"'{path}' must be {JsonFields.Describe(prompt[0].ValueKind)} as the first is, not {JsonFields.Describe(element.ValueKind)}.");
            }

            prompts.Add(ReadOne(element, path, errors));
            if (errors.First is not null)
            {
                break;
            }
        }

        return prompts;
    }

    private static CompletionGeneration ReadOne(JsonElement prompt, string path, RequestErrors errors)
    {
        switch (prompt.ValueKind)
        {
            case JsonValueKind.String:
                return new CompletionGeneration { Text = prompt.GetString(), Param = path };
            case JsonValueKind.Array:
                return new CompletionGeneration { Tokens = ReadTokens(prompt, path, errors), Param = path };
            default:
                errors.AddInvalidType(path, $"'{path}' must be a string or an array of token ids, not {JsonFields.Describe(prompt.ValueKind)}.");
                return new CompletionGeneration();
        }
    }

    private static bool IsList(JsonElement array) =>
        array.GetArrayLength() > 0 && array[0].ValueKind is JsonValueKind.String or JsonValueKind.Array;

    private static List<int> ReadTokens(JsonElement array, string name, RequestErrors errors)
    {
        var tokens = new List<int>(array.GetArrayLength());
        if (array.GetArrayLength() == 0)
        {
            errors.AddInvalidValue(name, $"'{name}' has no tokens; send at least one.");
        }

        foreach (JsonElement element in array.EnumerateArray())
        {
            string path = $"{name}[{tokens.Count}]";
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
