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

        ranges.Between("sse_ping_interval", fields.PingInterval, 1, GenerationLimits.MaxPingSeconds);
        bool maySpeculate = ranges.AtLeast("speculative.n_max", fields.SpeculativeMax, 0) is not 0 && (fields.Speculative ?? true);
        var tokens = new TokenIdList(vocabularySize, errors);
        return generation with
        {
            Choices = ranges.Between("n", fields.N, 1, GenerationLimits.MaxChoices) ?? 1,
            Sampling = SamplerListField.Apply(SamplingFields.ToSampling(fields, vocabularySize, errors), fields.Samplers, errors),
            OutputFormat = OutputFormatFields.Read(fields, errors),
            TopLogProbabilities = ReadTopLogProbabilities(generation.TopLogProbabilities, fields, ranges, errors),
            MinTokens = ranges.AtLeast("min_tokens", fields.MinTokens, 0) ?? 0,
            StopTokens = tokens.Read("stop_token_ids", fields.StopTokenIds, GenerationLimits.MaxStopTokens) ?? [],
            AllowedTokens = tokens.Read("allowed_token_ids", fields.AllowedTokenIds, vocabularySize),
            BadWords = TextList.BadWords.Read(fields.BadWords, errors),
            IncludeStopString = fields.IncludeStopString ?? false,
            ShowControlTokens = fields.SkipSpecialTokens is false,
            ReportTokens = fields.ReturnTokens ?? false,
            StopStrings = TextList.Stop.Read(fields.Stop, errors),
            DrySequenceBreakers = fields.DrySequenceBreakers is { } breakers ? TextList.DrySequenceBreakers.Read(breakers, errors) : null,
            IgnoreEndOfGeneration = fields.IgnoreEos ?? false,
            Speculate = maySpeculate,
            CachePrompt = fields.CachePrompt ?? true,
            Principal = principal,
        };
    }

    private static int? ReadTopLogProbabilities(int? own, GenerationFields fields, FieldRanges ranges, RequestErrors errors)
    {
        if (fields.MinKeep > 1)
        {
            errors.AddUnsupported("min_keep", $"'min_keep' {fields.MinKeep} is not supported; 0 and 1 are: at least one token is always kept.");
        }

        ranges.AtLeast("min_keep", fields.MinKeep, 0);
        int? count = ranges.Between("n_probs", fields.ProbabilityCount, 0, GenerationLimits.MaxTopLogProbabilities);
        if (count > 0 && own is not null && own != count)
        {
            errors.AddInvalidValue("n_probs", $"'n_probs' ({count}) contradicts the number of log probabilities that OpenAI's fields ask for ({own}); give one of them.");
        }

        return own ?? (count > 0 ? count : null);
    }
}
