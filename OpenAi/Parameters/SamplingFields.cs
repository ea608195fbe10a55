using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Parameters;

/// <summary>From the wire to the sampler's options. Any thread.</summary>
internal static class SamplingFields
{
    /// <summary>Checks the ranges of the sampling fields and makes the options of them.</summary>
    /// <param name="fields">What the reader read; its JSON document must still live.</param>
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
    /// <param name="errors">Where values out of range are noted; with any, the result must not be used.</param>
    public static SamplingOptions ToSampling(GenerationFields fields, int vocabularySize, RequestErrors errors)
    {
        var defaults = new SamplingOptions();
        var ranges = new FieldRanges(errors);
        SamplingOptions truncation = defaults with
        {
            Temperature = ranges.Between("temperature", fields.Temperature, 0, GenerationLimits.MaxTemperature, defaults.Temperature),
            DynamicTemperatureRange = ranges.Between(
                "dynatemp_range", fields.DynamicTemperatureRange, 0, GenerationLimits.MaxTemperature, defaults.DynamicTemperatureRange),
            DynamicTemperatureExponent = ranges.Between(
                "dynatemp_exponent", fields.DynamicTemperatureExponent, GenerationLimits.MinFactor, GenerationLimits.MaxFactor, defaults.DynamicTemperatureExponent),
            TopP = ranges.Between("top_p", fields.TopP, 0, 1, defaults.TopP),
            MinP = ranges.Between("min_p", fields.MinP, 0, 1, defaults.MinP),
            TopK = Math.Max(0, ranges.AtLeast("top_k", fields.TopK, -1) ?? defaults.TopK), // vLLM's clients write -1 for off
            TypicalP = ranges.Between("typical_p", fields.TypicalP, 0, 1, defaults.TypicalP),
            TopNSigma = Math.Max(0, ranges.Between("top_n_sigma", fields.TopNSigma, -1, GenerationLimits.MaxFactor, defaults.TopNSigma)), // and llama-server's
            XtcProbability = ranges.Between("xtc_probability", fields.XtcProbability, 0, 1, defaults.XtcProbability),
            XtcThreshold = ranges.Between("xtc_threshold", fields.XtcThreshold, 0, 1, defaults.XtcThreshold),
            Seed = fields.Seed,
        };
        return AddPenalties(AddMirostat(truncation, fields, ranges, errors), fields, ranges, errors) with
        {
            LogitBias = LogitBiasField.Read(fields.LogitBias, vocabularySize, errors),
        };
    }

    private static SamplingOptions AddMirostat(SamplingOptions options, GenerationFields fields, FieldRanges ranges, RequestErrors errors)
    {
        if (fields.Mirostat == 1)
        {
            errors.AddUnsupported("mirostat", "'mirostat' 1 is not supported; 2 is the newer version with the same goal, 0 is off.");
        }
        else if (fields.Mirostat is not (null or 0 or 2))
        {
            errors.AddInvalidValue("mirostat", $"'mirostat' must be 0 or 2, but is {fields.Mirostat}.");
        }

        return options with
        {
            Mirostat = fields.Mirostat == 2,
            MirostatTau = ranges.Between("mirostat_tau", fields.MirostatTau, 0, GenerationLimits.MaxFactor, options.MirostatTau),
            MirostatEta = ranges.Between("mirostat_eta", fields.MirostatEta, 0, 1, options.MirostatEta),
        };
    }

    private static SamplingOptions AddPenalties(SamplingOptions options, GenerationFields fields, FieldRanges ranges, RequestErrors errors)
    {
        const double Max = GenerationLimits.MaxPenalty;
        if (fields.RepeatPenalty is { } one && fields.RepetitionPenalty is { } other && one != other)
        {
            errors.AddInvalidValue(
                "repeat_penalty", "'repeat_penalty' and 'repetition_penalty' mean the same and have different values; give one of them.");
        }

        return options with
        {
            FrequencyPenalty = ranges.Between("frequency_penalty", fields.FrequencyPenalty, -Max, Max, options.FrequencyPenalty),
            PresencePenalty = ranges.Between("presence_penalty", fields.PresencePenalty, -Max, Max, options.PresencePenalty),
            RepetitionPenalty = InFactorRange(
                "repetition_penalty", fields.RepetitionPenalty, InFactorRange("repeat_penalty", fields.RepeatPenalty, options.RepetitionPenalty)),
            RepetitionWindow = ranges.AtLeast("repeat_last_n", fields.RepeatLastN, -1) ?? options.RepetitionWindow,
            DryMultiplier = ranges.Between("dry_multiplier", fields.DryMultiplier, 0, GenerationLimits.MaxFactor, options.DryMultiplier),
            DryBase = ranges.Between("dry_base", fields.DryBase, 1, GenerationLimits.MaxFactor, options.DryBase),
            DryAllowedLength = ranges.AtLeast("dry_allowed_length", fields.DryAllowedLength, 0) ?? options.DryAllowedLength,
            DryWindow = ranges.AtLeast("dry_penalty_last_n", fields.DryPenaltyLastN, -1) ?? options.DryWindow,
        };

        float InFactorRange(string name, double? value, float whenAbsent) =>
            ranges.Between(name, value, GenerationLimits.MinFactor, GenerationLimits.MaxFactor, whenAbsent);
    }
}
