using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>What every request for text has, whatever its prompt. Validated by the wire layers.</summary>
internal abstract record GenerationParameters
{
    /// <summary>Most tokens to generate; null means up to the context. 0 gives an empty answer that ends by length.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that a repetition punished by DRY never reaches across; null means llama.cpp's own.</summary>
    public IReadOnlyList<string>? DrySequenceBreakers { get; init; }

    /// <summary>Texts that end the answer and never appear in it; none empty.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Ban end-of-generation tokens, so that the answer ends by length or a stop string.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>How many answers to generate, at least 1.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Report the log probability of each choice when it ends (<c>best_of</c> ranks by it).</summary>
    public bool ScoreChoices { get; init; }

    /// <summary>Language that the answer must be written in; null means free text.</summary>
    public OutputFormat? OutputFormat { get; init; }

    /// <summary>How many of the most probable tokens to report for each generated one, 0 to 20; null reports nothing.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Whether speculation by lookup is allowed.</summary>
    public bool Speculate { get; init; } = true;

    /// <summary>Whether the prompt may be taken from the prefix cache.</summary>
    public bool CachePrompt { get; init; } = true;

    /// <summary>Whose request this is (key name); counted against that key's share.</summary>
    public string Principal { get; init; } = "";
}
