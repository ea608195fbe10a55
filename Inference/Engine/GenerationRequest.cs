using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>What the engine is asked for: tokens in, tokens out. Already validated against the model. Immutable.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Prompt tokens: at least one, at most the context length less one, all inside the vocabulary.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>Most tokens to generate, at least 1.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>UTF-8 texts that end the answer; none empty.</summary>
    public IReadOnlyList<byte[]> StopStrings { get; init; } = [];

    /// <summary>Ban end-of-generation tokens.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>Whose request this is.</summary>
    public string Principal { get; init; } = "";
}
