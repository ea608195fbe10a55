namespace MistralServe.OpenAi.Parameters;

/// <summary>Ranges of the fields that requests for text share; the validators enforce them and the OpenAPI document shows them.</summary>
internal static class GenerationLimits
{
    /// <summary>Most answers of one request. Ours: OpenAI allows 128, and an unbounded number was CVE-2026-34756 in vLLM.</summary>
    public const int MaxChoices = 8;

    /// <summary>OpenAI's published range; 0 is greedy.</summary>
    public const double MaxTemperature = 2;

    /// <summary>OpenAI's published range for the frequency and presence penalties, both signs.</summary>
    public const double MaxPenalty = 2;

    /// <summary>
    /// For repetition penalties, and for exponents and weights without a bound of their own. Ours: beyond 0.01 to 100 a single
    /// division loses the order of the logits in float rounding.
    /// </summary>
    public const double MinFactor = 0.01;

    /// <inheritdoc cref="MinFactor"/>
    public const double MaxFactor = 100;

    /// <summary>OpenAI's published range, both signs.</summary>
    public const int MaxLogitBias = 100;

    /// <summary>Ours: each is added at every token.</summary>
    public const int MaxLogitBiases = 1024;

    /// <summary>OpenAI's published limit of <c>top_logprobs</c>.</summary>
    public const int MaxTopLogProbabilities = 20;

    /// <summary>OpenAI's published limit of <c>logprobs</c> of text completions.</summary>
    public const int MaxTextLogProbabilities = 5;

    /// <summary>Longest silence of a stream that can be asked for, in seconds. Ours: clients give up after five minutes or less.</summary>
    public const int MaxPingSeconds = 300;

    /// <summary>Most stop tokens. Ours: each token is compared with them.</summary>
    public const int MaxStopTokens = 256;

    /// <summary>Most banned texts. Ours: each token is compared with them.</summary>
    public const int MaxBadWords = 64;

    /// <summary>Most prompts of one text completion. Ours: each takes a place in the queue.</summary>
    public const int MaxPrompts = 32;

    /// <summary>Ours: OpenAI allows 4, local clients send more; each is matched against every token.</summary>
    public const int MaxStopStrings = 16;

    /// <summary>Ours: UTF-8 bytes of one stop string; that much text may have to be held back.</summary>
    public const int MaxStopBytes = 256;

    /// <summary>Most DRY sequence breakers; each costs a pass over the vocabulary. Ours.</summary>
    public const int MaxDryBreakers = 32;

    /// <summary>Most bytes of UTF-8 of one breaker. Ours.</summary>
    public const int MaxDryBreakerBytes = 64;

    /// <summary>OpenAI's published bound, in characters.</summary>
    public const int MaxSafetyIdentifierLength = 64;
}
