using System.Collections.Frozen;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Reads the fields that every request for text has: their types. Ranges are the validator's. Any thread.</summary>
internal static class GenerationFieldsReader
{
    private static readonly FrozenSet<string> StreamOptionNames = new[] { "include_usage" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names of the fields.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "model", "n", "temperature", "top_p", "frequency_penalty", "presence_penalty", "stop", "seed", "stream", "stream_options",
        "top_k", "min_p", "repeat_penalty", "repetition_penalty", "repeat_last_n", "logit_bias",
        "typical_p", "top_n_sigma", "xtc_probability", "xtc_threshold", "dynatemp_range", "dynatemp_exponent", "mirostat",
        "mirostat_tau", "mirostat_eta", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers", "ignore_eos", "cache_prompt",
        "speculative", "speculative.n_max",
        "response_format", "json_schema", "grammar", "regex", "structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar",
        "n_probs", "n_predict", "min_tokens", "stop_token_ids", "allowed_token_ids", "bad_words", "include_stop_str_in_output", "skip_special_tokens",
        "min_keep", "samplers", "return_tokens", "timings_per_token", "return_progress", "sse_ping_interval", "id_slot", "n_keep", "priority",
        "metadata", "user", "safety_identifier", "prompt_cache_key", "service_tier", .. AcceptedFields.Names,
    ];

    /// <summary>Adds the shared fields to a request that has those of its endpoint.</summary>
    public static T Read<T>(T request, JsonFields fields, RequestErrors errors)
        where T : GenerationFields
    {
        AcceptedFields.Check(fields, errors);
        return request with
        {
            Model = fields.GetString("model"),
            N = fields.GetInteger("n", saturate: true),
            Temperature = fields.GetNumber("temperature"),
            TopP = fields.GetNumber("top_p"),
            FrequencyPenalty = fields.GetNumber("frequency_penalty"),
            PresencePenalty = fields.GetNumber("presence_penalty"),
            Stop = fields.Get("stop"),
            Seed = fields.GetInteger("seed"),
            Stream = fields.GetBoolean("stream"),
            StreamOptions = ReadStreamOptions(fields, errors),
            TopK = fields.GetInteger("top_k", saturate: true),
            MinP = fields.GetNumber("min_p"),
            RepeatPenalty = fields.GetNumber("repeat_penalty"),
            RepetitionPenalty = fields.GetNumber("repetition_penalty"),
            RepeatLastN = fields.GetInteger("repeat_last_n", saturate: true),
            LogitBias = fields.Get("logit_bias"),
            TypicalP = fields.GetNumber("typical_p"),
            TopNSigma = fields.GetNumber("top_n_sigma"),
            XtcProbability = fields.GetNumber("xtc_probability"),
            XtcThreshold = fields.GetNumber("xtc_threshold"),
            DynamicTemperatureRange = fields.GetNumber("dynatemp_range"),
            DynamicTemperatureExponent = fields.GetNumber("dynatemp_exponent"),
            Mirostat = fields.GetInteger("mirostat", saturate: true),
            MirostatTau = fields.GetNumber("mirostat_tau"),
            MirostatEta = fields.GetNumber("mirostat_eta"),
            DryMultiplier = fields.GetNumber("dry_multiplier"),
            DryBase = fields.GetNumber("dry_base"),
            DryAllowedLength = fields.GetInteger("dry_allowed_length", saturate: true),
            DryPenaltyLastN = fields.GetInteger("dry_penalty_last_n", saturate: true),
            DrySequenceBreakers = fields.Get("dry_sequence_breakers"),
            IgnoreEos = fields.GetBoolean("ignore_eos"),
            CachePrompt = fields.GetBoolean("cache_prompt"),
            Speculative = fields.GetBoolean("speculative"),
            SpeculativeMax = fields.GetInteger("speculative.n_max", saturate: true),
            ResponseFormat = fields.Get("response_format"),
            JsonSchema = fields.Get("json_schema"),
            Grammar = fields.Get("grammar"),
            Regex = fields.Get("regex"),
            StructuredOutputs = fields.Get("structured_outputs"),
            GuidedJson = fields.Get("guided_json"),
            GuidedRegex = fields.Get("guided_regex"),
            GuidedChoice = fields.Get("guided_choice"),
            GuidedGrammar = fields.Get("guided_grammar"),
            ProbabilityCount = fields.GetInteger("n_probs", saturate: true),
            PredictCount = fields.GetInteger("n_predict", saturate: true),
            MinTokens = fields.GetInteger("min_tokens", saturate: true),
            StopTokenIds = fields.Get("stop_token_ids"),
            AllowedTokenIds = fields.Get("allowed_token_ids"),
            BadWords = fields.Get("bad_words"),
            IncludeStopString = fields.GetBoolean("include_stop_str_in_output"),
            SkipSpecialTokens = fields.GetBoolean("skip_special_tokens"),
            MinKeep = fields.GetInteger("min_keep", saturate: true),
            Samplers = fields.Get("samplers"),
            ReturnTokens = fields.GetBoolean("return_tokens"),
            TimingsPerToken = fields.GetBoolean("timings_per_token"),
            ReturnProgress = fields.GetBoolean("return_progress"),
            PingInterval = fields.GetInteger("sse_ping_interval", saturate: true),
            SlotId = fields.Get("id_slot"),
            KeepCount = fields.Get("n_keep"),
            Priority = fields.Get("priority"),
            Metadata = fields.Get("metadata"),
            User = fields.GetString("user"),
            SafetyIdentifier = fields.GetString("safety_identifier"),
            PromptCacheKey = fields.GetString("prompt_cache_key"),
            ServiceTier = fields.GetString("service_tier"),
        };
    }

    private static StreamOptions? ReadStreamOptions(JsonFields fields, RequestErrors errors)
    {
        if (fields.Get("stream_options") is not { } value)
        {
            return null;
        }

        var options = new JsonFields(value, "stream_options", StreamOptionNames, errors);
        return new StreamOptions { IncludeUsage = options.GetBoolean("include_usage") };
    }
}
