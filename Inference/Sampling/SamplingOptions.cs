using System.Collections.Frozen;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// How the next token is drawn. Ranges are checked by the wire layer, which names the field; the sampler trusts them. Every step
/// that is not listed as on by default is off. Names and defaults follow llama.cpp's server, but for temperature, top_k, top_p
/// and min_p, which follow OpenAI's.
/// </summary>
internal sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 means greedy (arg-max, no draw). Range 0..2.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>
    /// Lets the temperature follow the entropy of what truncation leaves, between <see cref="Temperature"/> minus and plus this.
    /// 0 is off. Range 0..2; without effect at temperature 0.
    /// </summary>
    public float DynamicTemperatureRange { get; init; }

    /// <summary>Power to which the normalised entropy is raised. Above 0.</summary>
    public float DynamicTemperatureExponent { get; init; } = 1;

    /// <summary>Nucleus: the smallest set of most probable tokens whose sum reaches this. Range 0..1; 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keep this many most probable tokens; 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Drop tokens less probable than this share of the most probable one. Range 0..1; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>
    /// Keep the tokens whose information is nearest to the entropy until their sum exceeds this. Range 0..1; 1 is off. Source:
    /// Meister et al., "Locally Typical Sampling", arXiv 2202.00666.
    /// </summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// Drop tokens whose logit is more than this many standard deviations below the highest. 0 or less is off. Source: Tang et
    /// al., "Top-nσ", arXiv 2411.07641.
    /// </summary>
    public float TopNSigma { get; init; }

    /// <summary>Chance of leaving out the top choices at a token. Range 0..1; 0 is off.</summary>
    public float XtcProbability { get; init; }

    /// <summary>A top choice is a token at least this probable; the least probable of them stays. Range 0..1; above 0.5 is off.</summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>
    /// Mirostat version 2 instead of truncation: keeps the surprise of the text near <see cref="MirostatTau"/>. Source: Basu et
    /// al., "Mirostat", arXiv 2007.14966.
    /// </summary>
    public bool Mirostat { get; init; }

    /// <summary>Surprise aimed at, in bits a token. Range 0 or more.</summary>
    public float MirostatTau { get; init; } = 5;

    /// <summary>Share of the error in surprise that each token corrects. Range 0..1.</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Seed of the request's own generator; null means a random one.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// Added to the logits of these token ids. Ids inside the vocabulary; OpenAI's range is -100..100, minus infinity bans.
    /// </summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = FrozenDictionary<int, float>.Empty;

    /// <summary>Divides positive and multiplies negative logits of tokens seen in the window. 1 is off; must be above 0.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit once per earlier occurrence. Range -2..2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of a token that occurred. Range -2..2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>How many last tokens, prompt included, the repetition penalty looks at; -1 means all of the context.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>
    /// DRY: weight of the penalty on tokens that would go on with a sequence seen before. 0 or more; 0 is off. See
    /// <see cref="DryPenalty"/>.
    /// </summary>
    public float DryMultiplier { get; init; }

    /// <summary>DRY: the penalty grows by this factor with each token of the repeated sequence. 1 or more.</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>
    /// DRY: a repeated sequence of this many tokens may go on at the price of the multiplier alone, shorter ones freely. 0 or more.
    /// </summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>DRY: how many last tokens, prompt included, are searched; 0 is off, -1 means all of the context.</summary>
    public int DryWindow { get; init; } = -1;

    /// <summary>
    /// DRY: token sequences, none empty, that a repeated sequence never reaches across; <see cref="DrySequenceBreakers"/> makes
    /// them from text.
    /// </summary>
    public IReadOnlyList<int[]> DrySequenceBreakers { get; init; } = [];
}
