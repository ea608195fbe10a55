using System.Text.Json;
using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// The field <c>samplers</c> of llama-server: which steps of the sampler take part. Their order is fixed, so a list in another
/// order is refused; a step that is not in the list is off whatever its own fields say. Any thread.
/// </summary>
internal static class SamplerListField
{
    private const string Name = "samplers";

    // In the order of the sampler, which is llama.cpp's default. Letters: llama.cpp's --sampler-seq.
    private static readonly Step[] Steps =
    [
        new('e', ["penalties"], (to, off) => to with
        {
            RepetitionPenalty = off.RepetitionPenalty, FrequencyPenalty = off.FrequencyPenalty, PresencePenalty = off.PresencePenalty,
        }),
        new('d', ["dry"], (to, off) => to with { DryMultiplier = off.DryMultiplier }),
        new('s', ["top_n_sigma", "top-n-sigma"], (to, off) => to with { TopNSigma = off.TopNSigma }),
        new('k', ["top_k", "top-k"], (to, off) => to with { TopK = off.TopK }),
        new('y', ["typ_p", "typical_p", "typ-p", "typical-p", "typical", "typ"], (to, off) => to with { TypicalP = off.TypicalP }),
        new('p', ["top_p", "top-p", "nucleus"], (to, off) => to with { TopP = off.TopP }),
        new('m', ["min_p", "min-p"], (to, off) => to with { MinP = off.MinP }),
        new('x', ["xtc"], (to, off) => to with { XtcProbability = off.XtcProbability }),
        new('t', ["temperature", "temp"], (to, off) => to with { Temperature = off.Temperature, DynamicTemperatureRange = off.DynamicTemperatureRange }),
    ];

    private static string Order => string.Join(", ", Steps.Select(step => step.Names[0]));

    /// <summary>Turns off what the list leaves away.</summary>
    /// <param name="options">What the other fields ask for.</param>
    /// <param name="value">The field; null when absent, then all take part.</param>
    /// <param name="errors">Where mistakes are noted.</param>
    public static SamplingOptions Apply(SamplingOptions options, JsonElement? value, RequestErrors errors)
    {
        int[]? chosen = value?.ValueKind switch
        {
            null => null,
            JsonValueKind.String => [.. value.Value.GetString()!.Select(letter => Array.FindIndex(Steps, step => step.Letter == letter))],
            JsonValueKind.Array => [.. value.Value.EnumerateArray().Select(FindByName)],
            _ => [-1],
        };
        if (chosen is null)
        {
            return options;
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            if (chosen[i] < 0)
            {
                errors.AddUnsupported(
                    Name, $"'{Name}' must be an array of these names, or a string of their letters: {Order} ({string.Concat(Steps.Select(step => step.Letter))}).");
                return options;
            }

            if (i > 0 && chosen[i] <= chosen[i - 1])
            {
                errors.AddUnsupported(Name, $"'{Name}' has another order than the one that is supported: {Order}.");
                return options;
            }
        }

        var off = new SamplingOptions();
        return Sequence.Range(0, Steps.Length).Except(chosen).Aggregate(options, (current, step) => Steps[step].TurnOff(current, off));
    }

    private static int FindByName(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? Array.FindIndex(Steps, step => step.Names.Contains(element.GetString()!)) : -1;

    private sealed record Step(char Letter, string[] Names, Func<SamplingOptions, SamplingOptions, SamplingOptions> TurnOff);
}
