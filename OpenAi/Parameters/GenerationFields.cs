using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// The fields that every request for text has, as they stand on the wire: types are checked, ranges are not. Null means
/// absent. Filled by <see cref="GenerationFieldsReader"/>, checked by <see cref="GenerationFieldsValidator"/>. Raw values live as
/// long as the JSON document they came from.
/// </summary>
internal abstract record GenerationFields
{
    [JsonPropertyName("model")]
    [Description("Name of a model. The loaded model answers whatever the name, and the answer says which one it is.")]
    public string? Model { get; init; }

    [JsonPropertyName("n")]
    [Description("Number of answers; the prompt is computed once for all of them. Default 1.")]
    [Range(1, GenerationLimits.MaxChoices)]
    public long? N { get; init; }

    [JsonPropertyName("temperature")]
    [Description("Divides the logits; 0 always takes the most probable token. Default 1.")]
    [Range(0, GenerationLimits.MaxTemperature)]
    public double? Temperature { get; init; }

    [JsonPropertyName("top_p")]
    [Description("Draw among the most probable tokens whose probabilities sum up to this. Default 1 (off).")]
    [Range(0.0, 1.0)]
    public double? TopP { get; init; }

    [JsonPropertyName("frequency_penalty")]
    [Description("Subtracted from a token's logit for each earlier occurrence in the answer. Default 0.")]
    [Range(-GenerationLimits.MaxPenalty, GenerationLimits.MaxPenalty)]
    public double? FrequencyPenalty { get; init; }

    [JsonPropertyName("presence_penalty")]
    [Description("Subtracted once from the logit of a token that occurred in the answer. Default 0.")]
    [Range(-GenerationLimits.MaxPenalty, GenerationLimits.MaxPenalty)]
    public double? PresencePenalty { get; init; }

    [JsonPropertyName("stop")]
    [Description("A string, or an array of up to 16 strings, that ends the answer and never appears in it.")]
    public JsonElement? Stop { get; init; }

    [JsonPropertyName("seed")]
    [Description("64-bit seed of the request's random generator; random when absent.")]
    public long? Seed { get; init; }

    [JsonPropertyName("stream")]
    [Description("Answer with server-sent events while tokens are generated.")]
    public bool? Stream { get; init; }

    [JsonPropertyName("stream_options")]
    public StreamOptions? StreamOptions { get; init; }

    [JsonPropertyName("metadata")]
    [Description("Up to 16 pairs of texts, keys up to 64 and values up to 512 characters. Shown in stored responses, else ignored.")]
    public JsonElement? Metadata { get; init; }

    [JsonPropertyName("user")]
    [Description("Accepted and ignored.")]
    public string? User { get; init; }

    [JsonPropertyName("safety_identifier")]
    [Description("Accepted and ignored; up to 64 characters.")]
    public string? SafetyIdentifier { get; init; }

    [JsonPropertyName("prompt_cache_key")]
    [Description("Accepted and ignored: the prefix cache finds common beginnings by itself.")]
    public string? PromptCacheKey { get; init; }

    [JsonPropertyName("service_tier")]
    [Description("Accepted; the answer then says \"default\", the only tier there is.")]
    public string? ServiceTier { get; init; }

    [JsonPropertyName("top_k")]
    [Description("Draw among this many most probable tokens; 0 or -1 is off. Default 0. Not in OpenAI's API.")]
    [Range(-1, int.MaxValue)]
    public long? TopK { get; init; }

    [JsonPropertyName("min_p")]
    [Description("Drop tokens less probable than this share of the most probable one. Default 0 (off). Not in OpenAI's API.")]
    [Range(0.0, 1.0)]
    public double? MinP { get; init; }

    [JsonPropertyName("repeat_penalty")]
    [Description("Divides the logits of tokens seen among the last repeat_last_n. Default 1 (off). Not in OpenAI's API.")]
    [Range(GenerationLimits.MinFactor, GenerationLimits.MaxFactor)]
    public double? RepeatPenalty { get; init; }

    [JsonPropertyName("repetition_penalty")]
    [Description("Other name of repeat_penalty.")]
    [Range(GenerationLimits.MinFactor, GenerationLimits.MaxFactor)]
    public double? RepetitionPenalty { get; init; }

    [JsonPropertyName("repeat_last_n")]
    [Description("How many last tokens, prompt included, repeat_penalty looks at; -1 is all. Default 64. Not in OpenAI's API.")]
    [Range(-1, int.MaxValue)]
    public long? RepeatLastN { get; init; }

    [JsonPropertyName("logit_bias")]
    [Description(
        "Added to the logits of tokens: a map of up to 1024 token ids to -100..100, or false to ban the token. llama-server's list "
        + "of pairs [id, bias] is taken too.")]
    public JsonElement? LogitBias { get; init; }

    [JsonPropertyName("typical_p")]
    [Description("Keep the tokens whose information is nearest to the entropy, up to this sum of probabilities. Default 1 (off). Not in OpenAI's API.")]
    [Range(0.0, 1.0)]
    public double? TypicalP { get; init; }

    [JsonPropertyName("top_n_sigma")]
    [Description("Drop tokens whose logit is this many standard deviations below the highest; 0 or -1 is off. Default 0. Not in OpenAI's API.")]
    [Range(-1, GenerationLimits.MaxFactor)]
    public double? TopNSigma { get; init; }

    [JsonPropertyName("xtc_probability")]
    [Description("Chance of leaving out all top choices but the least probable one. Default 0 (off). Not in OpenAI's API.")]
    [Range(0.0, 1.0)]
    public double? XtcProbability { get; init; }

    [JsonPropertyName("xtc_threshold")]
    [Description("Probability from which on a token is a top choice; above 0.5 is off. Default 0.1. Not in OpenAI's API.")]
    [Range(0.0, 1.0)]
    public double? XtcThreshold { get; init; }

    [JsonPropertyName("dynatemp_range")]
    [Description("The temperature follows the entropy, by up to this much down and up. Default 0 (off). Not in OpenAI's API.")]
    [Range(0, GenerationLimits.MaxTemperature)]
    public double? DynamicTemperatureRange { get; init; }

    [JsonPropertyName("dynatemp_exponent")]
    [Description("Power of the entropy that dynatemp_range follows. Default 1. Not in OpenAI's API.")]
    [Range(GenerationLimits.MinFactor, GenerationLimits.MaxFactor)]
    public double? DynamicTemperatureExponent { get; init; }

    [JsonPropertyName("mirostat")]
    [Description("2 keeps the surprise of the text near mirostat_tau, instead of truncation; 0 is off. Default 0. Not in OpenAI's API.")]
    public long? Mirostat { get; init; }

    [JsonPropertyName("mirostat_tau")]
    [Description("Surprise that mirostat aims at, in bits a token. Default 5. Not in OpenAI's API.")]
    [Range(0, GenerationLimits.MaxFactor)]
    public double? MirostatTau { get; init; }

    [JsonPropertyName("mirostat_eta")]
    [Description("Share of the error in surprise that each token corrects. Default 0.1. Not in OpenAI's API.")]
    [Range(0.0, 1.0)]
    public double? MirostatEta { get; init; }

    [JsonPropertyName("dry_multiplier")]
    [Description("Weight of the penalty on tokens that would go on with a sequence seen before. Default 0 (off). Not in OpenAI's API.")]
    [Range(0, GenerationLimits.MaxFactor)]
    public double? DryMultiplier { get; init; }

    [JsonPropertyName("dry_base")]
    [Description("The DRY penalty grows by this factor with each token of the repeated sequence. Default 1.75. Not in OpenAI's API.")]
    [Range(1, GenerationLimits.MaxFactor)]
    public double? DryBase { get; init; }

    [JsonPropertyName("dry_allowed_length")]
    [Description("Sequences shorter than this many tokens may be repeated freely. Default 2. Not in OpenAI's API.")]
    [Range(0, int.MaxValue)]
    public long? DryAllowedLength { get; init; }

    [JsonPropertyName("dry_penalty_last_n")]
    [Description("How many last tokens, prompt included, DRY searches; 0 is off, -1 is all. Default -1. Not in OpenAI's API.")]
    [Range(-1, int.MaxValue)]
    public long? DryPenaltyLastN { get; init; }

    [JsonPropertyName("dry_sequence_breakers")]
    [Description("Strings that a repeated sequence never reaches across; an empty array is none. Default line end, colon, quote and asterisk. Not in OpenAI's API.")]
    public JsonElement? DrySequenceBreakers { get; init; }

    [JsonPropertyName("ignore_eos")]
    [Description("Go on after the model's end token, until the token limit or a stop string. Not in OpenAI's API.")]
    public bool? IgnoreEos { get; init; }

    [JsonPropertyName("cache_prompt")]
    [Description("Take the start of the prompt from the prefix cache where it is there; false computes all of it. Default true. Not in OpenAI's API.")]
    public bool? CachePrompt { get; init; }

    [JsonPropertyName("speculative")]
    [Description("Guess tokens by lookup in prompt and answer and confirm several at once; false never does. Default true. Not in OpenAI's API.")]
    public bool? Speculative { get; init; }

    [JsonPropertyName("speculative.n_max")]
    [Description("llama-server's way to say it: 0 is speculative=false; how many tokens are guessed is the server's choice.")]
    [Range(0, int.MaxValue)]
    public long? SpeculativeMax { get; init; }

    [JsonPropertyName("response_format")]
    [Description(
        "What the answer must be: {\"type\":\"text\"}; {\"type\":\"json_object\"}; or {\"type\":\"json_schema\",\"json_schema\":{\"name\":…,\"schema\":…,\"strict\":…}}. "
        + "It always holds unless the answer ends by length or a stop string.")]
    public JsonElement? ResponseFormat { get; init; }

    /// <summary>Name under which <see cref="ResponseFormat"/> was given.</summary>
    [JsonIgnore]
    public string ResponseFormatName { get; init; } = "response_format";

    [JsonPropertyName("json_schema")]
    [Description("JSON Schema that the answer must hold; other name of response_format. Not in OpenAI's API.")]
    public JsonElement? JsonSchema { get; init; }

    [JsonPropertyName("grammar")]
    [Description("GBNF grammar that the answer must follow. Not in OpenAI's API.")]
    public JsonElement? Grammar { get; init; }

    [JsonPropertyName("regex")]
    [Description("Regular expression that the whole answer must match. Not in OpenAI's API.")]
    public JsonElement? Regex { get; init; }

    [JsonPropertyName("structured_outputs")]
    [Description("vLLM's way to say it: an object with one of json, json_object, regex, choice and grammar. Not in OpenAI's API.")]
    public JsonElement? StructuredOutputs { get; init; }

    [JsonPropertyName("guided_json")]
    [Description("vLLM's older name of json_schema.")]
    public JsonElement? GuidedJson { get; init; }

    [JsonPropertyName("guided_regex")]
    [Description("vLLM's older name of regex.")]
    public JsonElement? GuidedRegex { get; init; }

    [JsonPropertyName("guided_choice")]
    [Description("vLLM: texts of which the answer must be one. Not in OpenAI's API.")]
    public JsonElement? GuidedChoice { get; init; }

    [JsonPropertyName("guided_grammar")]
    [Description("vLLM's older name of grammar.")]
    public JsonElement? GuidedGrammar { get; init; }

    [JsonPropertyName("n_probs")]
    [Description("llama-server's way to ask for log probabilities: how many tokens to report at each place; 0 is off. Not in OpenAI's API.")]
    [Range(0, GenerationLimits.MaxTopLogProbabilities)]
    public long? ProbabilityCount { get; init; }

    [JsonPropertyName("n_predict")]
    [Description("llama-server's name of max_tokens, which wins; -1 is no limit but the context. Not in OpenAI's API.")]
    [Range(-1, int.MaxValue)]
    public long? PredictCount { get; init; }

    [JsonPropertyName("min_tokens")]
    [Description("Fewest tokens: before, the model cannot end the answer. Default 0. Not in OpenAI's API.")]
    [Range(0, int.MaxValue)]
    public long? MinTokens { get; init; }

    [JsonPropertyName("stop_token_ids")]
    [Description("Ids of tokens that end the answer and give no text. Not in OpenAI's API.")]
    public JsonElement? StopTokenIds { get; init; }

    [JsonPropertyName("allowed_token_ids")]
    [Description("Ids of the only tokens that may come. Not in OpenAI's API.")]
    public JsonElement? AllowedTokenIds { get; init; }

    [JsonPropertyName("bad_words")]
    [Description("Texts that must not come, as the model writes them at the start of a text or behind a space. Not in OpenAI's API.")]
    public JsonElement? BadWords { get; init; }

    [JsonPropertyName("include_stop_str_in_output")]
    [Description("The stop string that ended the answer is its end. Default false. Not in OpenAI's API.")]
    public bool? IncludeStopString { get; init; }

    [JsonPropertyName("skip_special_tokens")]
    [Description("False shows control tokens in the answer, but not the one that ended it. Default true. Not in OpenAI's API.")]
    public bool? SkipSpecialTokens { get; init; }

    [JsonPropertyName("min_keep")]
    [Description("llama-server: only 0 and 1 are supported; at least one token is always kept.")]
    [Range(0, 1)]
    public long? MinKeep { get; init; }

    [JsonPropertyName("samplers")]
    [Description(
        "llama-server: which samplers take part, by name or as a string of their letters, in the one order there is: penalties, dry, top_n_sigma, top_k, "
        + "typ_p, top_p, min_p, xtc, temperature. Default all. Not in OpenAI's API.")]
    public JsonElement? Samplers { get; init; }

    [JsonPropertyName("return_tokens")]
    [Description("Add the ids of the answer's tokens to each choice as 'tokens'. Default false. Not in OpenAI's API.")]
    public bool? ReturnTokens { get; init; }

    [JsonPropertyName("timings_per_token")]
    [Description("Add 'timings' to the answer, or to each chunk of a stream: counts and speed of prompt and answer. Default false. Not in OpenAI's API.")]
    public bool? TimingsPerToken { get; init; }

    [JsonPropertyName("return_progress")]
    [Description("While the prompt of a stream is computed, send chunks without choices that have 'prompt_progress'. Default false. Not in OpenAI's API.")]
    public bool? ReturnProgress { get; init; }

    [JsonPropertyName("sse_ping_interval")]
    [Description("Seconds of silence after which a stream says that it lives, by a comment or a ping. Default 10. Not in OpenAI's API.")]
    [Range(1, GenerationLimits.MaxPingSeconds)]
    public long? PingInterval { get; init; }

    [JsonPropertyName("id_slot")]
    [Description("llama-server: accepted and ignored; the server finds the sequence with the longest common start itself.")]
    public JsonElement? SlotId { get; init; }

    [JsonPropertyName("n_keep")]
    [Description("llama-server: accepted and ignored; nothing is ever thrown out of a running context.")]
    public JsonElement? KeepCount { get; init; }

    [JsonPropertyName("priority")]
    [Description("vLLM: accepted and ignored; requests are served in the order of their arrival.")]
    public JsonElement? Priority { get; init; }
}
