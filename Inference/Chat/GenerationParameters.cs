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

    /// <summary>Whether the stop string that ended the answer is the end of its text.</summary>
    public bool IncludeStopString { get; init; }

    /// <summary>Further tokens that end the answer and give no text; inside the vocabulary.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Tokens that may come; null means all. Inside the vocabulary, at least one.</summary>
    public IReadOnlyList<int>? AllowedTokens { get; init; }

    /// <summary>Texts that must not come; none empty. Banned by the tokens they are written with, alone and behind a space.</summary>
    public IReadOnlyList<string> BadWords { get; init; } = [];

    /// <summary>Fewest tokens: before, those that end the answer are banned.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether control tokens of the answer are text.</summary>
    public bool ShowControlTokens { get; init; }

    /// <summary>Report the tokens of the answer, also without their probabilities.</summary>
    public bool ReportTokens { get; init; }

    /// <summary>Report the tokens of the prompt and their log probabilities.</summary>
    public bool ScorePrompt { get; init; }

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
