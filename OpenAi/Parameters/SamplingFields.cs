using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Parameters;

/// <summary>From the wire to the sampler's options. Any thread.</summary>
internal static class SamplingFields
{
    /// <summary>Checks the ranges of the sampling fields and makes the options of them.</summary>
    /// <param name="fields">What the reader read.</param>
    /// <param name="errors">Where values out of range are noted; with any, the result must not be used.</param>
    public static SamplingOptions ToSampling(GenerationFields fields, RequestErrors errors)
    {
        var defaults = new SamplingOptions();
        if (fields.RepeatPenalty is { } one && fields.RepetitionPenalty is { } other && one != other)
        {
            errors.AddInvalidValue(
                "repeat_penalty", "'repeat_penalty' and 'repetition_penalty' mean the same and have different values; give one of them.");
        }

        float repetitionPenalty = InRepetitionRange(
            "repetition_penalty", fields.RepetitionPenalty,
            InRepetitionRange("repeat_penalty", fields.RepeatPenalty, defaults.RepetitionPenalty));
        return new SamplingOptions
        {
            Temperature = InRange("temperature", fields.Temperature, 0, GenerationLimits.MaxTemperature, defaults.Temperature),
            TopP = InRange("top_p", fields.TopP, 0, 1, defaults.TopP),
            MinP = InRange("min_p", fields.MinP, 0, 1, defaults.MinP),
            TopK = Math.Max(0, NotBelowMinusOne("top_k", fields.TopK, defaults.TopK)), // vLLM's clients write -1 for off
            Seed = fields.Seed,
            FrequencyPenalty = InPenaltyRange("frequency_penalty", fields.FrequencyPenalty, defaults.FrequencyPenalty),
            PresencePenalty = InPenaltyRange("presence_penalty", fields.PresencePenalty, defaults.PresencePenalty),
            RepetitionPenalty = repetitionPenalty,
            RepetitionWindow = NotBelowMinusOne("repeat_last_n", fields.RepeatLastN, defaults.RepetitionWindow),
        };

        float InPenaltyRange(string name, double? value, float whenAbsent) =>
            InRange(name, value, -GenerationLimits.MaxPenalty, GenerationLimits.MaxPenalty, whenAbsent);

        float InRepetitionRange(string name, double? value, float whenAbsent) =>
            InRange(name, value, GenerationLimits.MinRepetitionPenalty, GenerationLimits.MaxRepetitionPenalty, whenAbsent);

        float InRange(string name, double? value, double min, double max, float whenAbsent)
        {
            if (value < min || value > max)
            {
                errors.AddInvalidValue(name, $"'{name}' must be between {min} and {max}, but is {value}.");
            }

            return value is null ? whenAbsent : (float)value;
        }

        int NotBelowMinusOne(string name, long? value, int whenAbsent)
        {
            if (value < -1)
            {
                errors.AddInvalidValue(name, $"'{name}' must be -1 or more, but is {value}.");
            }

            return GenerationFieldsValidator.Clamp(value) ?? whenAbsent;
        }
    }
}
