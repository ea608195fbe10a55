namespace MistralServe.Inference.Sampling;

/// <summary>
/// How the next token is drawn. Ranges are checked by the wire layer, which names the field; the sampler trusts them.
/// </summary>
internal sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 means greedy (arg-max, no draw). Range 0..2.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Nucleus: the smallest set of most probable tokens whose sum reaches this. Range 0..1; 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keep this many most probable tokens; 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Drop tokens less probable than this share of the most probable one. Range 0..1; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>Seed of the request's own generator; null means a random one.</summary>
    public long? Seed { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens seen in the window. 1 is off; must be above 0.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit once per earlier occurrence. Range -2..2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of a token that occurred. Range -2..2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>How many last tokens, prompt included, the repetition penalty looks at; -1 means all of them.</summary>
    public int RepetitionWindow { get; init; } = 64;
}
