namespace MistralServe.Bench.Child;

/// <summary>One measurement of sampling.</summary>
internal sealed record SamplingSettings
{
    /// <summary>GGUF file whose logits are sampled; null for random ones.</summary>
    public string? Model { get; init; }

    /// <summary>Compute threads while the logits are made.</summary>
    public required int Threads { get; init; }

    /// <summary>Seed of prompts and draws.</summary>
    public required int Seed { get; init; }

    /// <summary>Nucleus, 0..1; 1 is off.</summary>
    public required float TopP { get; init; }
}
