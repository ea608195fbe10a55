using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Checks the ranges of the fields that every request for text has. Any thread.</summary>
internal static class GenerationFieldsValidator
{
    /// <summary>Adds the shared parameters to a generation that has its prompt.</summary>
    /// <param name="generation">The generation so far.</param>
    /// <param name="fields">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <param name="errors">Where values out of range are noted; with any, the result must not be used.</param>
    public static T Apply<T>(T generation, GenerationFields fields, string principal, RequestErrors errors)
        where T : GenerationParameters => generation with
        {
            Choices = ToChoices("n", fields.N, min: 1, errors) ?? 1,
            Sampling = SamplingFields.ToSampling(fields, errors),
            StopStrings = StopStrings.Read(fields.Stop, errors),
            IgnoreEndOfGeneration = fields.IgnoreEos ?? false,
            Speculate = MaySpeculate(fields, errors),
            CachePrompt = fields.CachePrompt ?? true,
            Principal = principal,
        };

    /// <summary>Checks a number of choices; null when absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="errors">Where a value out of range is noted.</param>
    public static int? ToChoices(string name, long? value, int min, RequestErrors errors)
    {
        if (value < min || value > GenerationLimits.MaxChoices)
        {
            errors.AddInvalidValue(name, $"'{name}' must be between {min} and {GenerationLimits.MaxChoices}, but is {value}.");
        }

        return Clamp(value);
    }

    /// <summary>For counts without an upper bound: the engine cuts to the context, so a value past 32 bits means the same as the largest one.</summary>
    public static int? Clamp(long? value) => value is null ? null : (int)Math.Min(value.Value, int.MaxValue);

    private static bool MaySpeculate(GenerationFields fields, RequestErrors errors)
    {
        if (fields.SpeculativeMax is < 0)
        {
            errors.AddInvalidValue("speculative.n_max", $"'speculative.n_max' must be 0 or more, but is {fields.SpeculativeMax}.");
        }

        return (fields.Speculative ?? true) && fields.SpeculativeMax is not 0;
    }
}
