using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Checks the ranges of the fields that every request for text has. Any thread.</summary>
internal static class GenerationFieldsValidator
{
    /// <summary>Adds the shared parameters to a generation that has its prompt.</summary>
    /// <param name="generation">The generation so far.</param>
    /// <param name="fields">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
    /// <param name="errors">Where values out of range are noted; with any, the result must not be used.</param>
    public static T Apply<T>(T generation, GenerationFields fields, string principal, int vocabularySize, RequestErrors errors)
        where T : GenerationParameters
    {
        var ranges = new FieldRanges(errors);
        MetadataField.Read(fields.Metadata, errors);
        if (fields.SafetyIdentifier is { Length: > GenerationLimits.MaxSafetyIdentifierLength })
        {
            errors.AddInvalidValue(
                "safety_identifier", $"'safety_identifier' takes up to {GenerationLimits.MaxSafetyIdentifierLength} characters, but has {fields.SafetyIdentifier.Length}.");
        }

        bool maySpeculate = ranges.AtLeast("speculative.n_max", fields.SpeculativeMax, 0) is not 0 && (fields.Speculative ?? true);
        return generation with
        {
            Choices = ranges.Between("n", fields.N, 1, GenerationLimits.MaxChoices) ?? 1,
            Sampling = SamplingFields.ToSampling(fields, vocabularySize, errors),
            StopStrings = TextList.Stop.Read(fields.Stop, errors),
            DrySequenceBreakers = fields.DrySequenceBreakers is { } breakers ? TextList.DrySequenceBreakers.Read(breakers, errors) : null,
            IgnoreEndOfGeneration = fields.IgnoreEos ?? false,
            Speculate = maySpeculate,
            CachePrompt = fields.CachePrompt ?? true,
            Principal = principal,
        };
    }
}
