using System.Collections.Frozen;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>What the engine is asked for: tokens in, tokens out. Already validated against the model. Immutable.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Prompt tokens: at least one, at most the context length less one, all inside the vocabulary.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>Most tokens to generate; 0 gives an empty answer that ends by length.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>UTF-8 texts that end the answer; none empty.</summary>
    public IReadOnlyList<byte[]> StopStrings { get; init; } = [];

    /// <summary>Whether the stop string that ended the answer is the end of its text.</summary>
    public bool IncludeStopString { get; init; }

    /// <summary>Makes for each choice what says where stop strings count; null means everywhere.</summary>
    public Func<IStopScope>? StopScope { get; init; }

    /// <summary>Further tokens that end the answer and give no text.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Before this many tokens, those that end the answer are banned; 0 bans none.</summary>
    public int MinTokens { get; init; }

    /// <summary>
    /// Mask of tokens that may come (<see cref="TokenMask"/>), at least one; null means all. Where the constraint allows none of them, the
    /// constraint wins.
    /// </summary>
    public ulong[]? AllowedTokens { get; init; }

    /// <summary>Token sequences, none empty, that must not appear in the answer: the last token is banned behind the others.</summary>
    public IReadOnlyList<int[]> BannedSequences { get; init; } = [];

    /// <summary>Ban end-of-generation tokens.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>How many answers to generate from the one prompt, at least 1. Each draws from a generator of its own.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Report the log probability of each choice when it ends.</summary>
    public bool ScoreChoices { get; init; }

    /// <summary>Which tokens may come; null means all.</summary>
    public ITokenConstraintFactory? Constraint { get; init; }

    /// <summary>How many of the most probable tokens to report for each generated one, 0 to 20; null reports nothing.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Report the tokens, also without their probabilities.</summary>
    public bool ReportTokens { get; init; }

    /// <summary>Control tokens that stand for text in the answer, with its UTF-8: marks that a parser of the answer looks for.</summary>
    public IReadOnlyDictionary<int, byte[]> VisibleTokens { get; init; } = FrozenDictionary<int, byte[]>.Empty;

    /// <summary>Whether control tokens of the answer are text; else they give none.</summary>
    public bool ShowControlTokens { get; init; }

    /// <summary>
    /// Report the prompt's tokens as well (<see cref="GenerationEventKind.PromptScored"/>), with as many alternatives as
    /// <see cref="TopLogProbabilities"/> says. Nothing of the prompt is taken from the cache then, and no tokens at all may be asked for.
    /// </summary>
    public bool ScorePrompt { get; init; }

    /// <summary>Whether tokens may be guessed by lookup in prompt and answer and confirmed in one batch; false never does.</summary>
    public bool Speculate { get; init; } = true;

    /// <summary>Whether the prompt may be taken from the prefix cache; false computes all of it.</summary>
    public bool CachePrompt { get; init; } = true;

    /// <summary>Whose request this is.</summary>
    public string Principal { get; init; } = "";
}
