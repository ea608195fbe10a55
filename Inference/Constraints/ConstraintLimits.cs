namespace MistralServe.Inference.Constraints;

/// <summary>What a description of a language may cost. Immutable.</summary>
internal sealed record ConstraintLimits
{
    /// <summary>Longest text that fits the context of one request, in bytes: context length times the longest token.</summary>
    public long MaxTextBytes { get; init; } = long.MaxValue;

    /// <summary>Longest source of a grammar, in UTF-16 units: 256 Ki, far below what crashed llama.cpp's parser.</summary>
    public int MaxGrammarLength { get; init; } = 256 * 1024;

    /// <summary>Longest regular expression, in UTF-16 units: ours, a schema's patterns are rarely above 1 Ki.</summary>
    public int MaxRegexLength { get; init; } = 16 * 1024;

    /// <summary>Rules of a grammar: 4,096, ours.</summary>
    public int MaxRules { get; init; } = 4_096;

    /// <summary>Levels of nested groups of a grammar or regular expression: 256, ours.</summary>
    public int MaxNesting { get; init; } = 256;

    /// <summary>Alternatives of one choice, fixed texts counted as one: 1,000, ours.</summary>
    public int MaxAlternatives { get; init; } = 1_000;

    /// <summary>Texts of a choice list: as many as an enum may have.</summary>
    public int MaxChoices { get; init; } = 100_000;

    /// <summary>Characters of all texts of a choice list: 8 Mi, ours.</summary>
    public int MaxChoiceLength { get; init; } = 8 * 1024 * 1024;

    /// <summary>Nodes of a grammar after building: ours, 5,000 members with rich values stay far below.</summary>
    public int MaxNodes { get; init; } = 1_000_000;

    /// <summary>States of the automaton of one text: ours; at most some tens of MiB while compiling.</summary>
    public int MaxStates { get; init; } = 60_000;

    /// <summary>Work to compile, in units of <see cref="CompileBudget.Spend"/>: ours, 0.1 to 0.4 s; schemas as people write them stay below a fifth of it.</summary>
    public long MaxWork { get; init; } = 1_000_000;

    /// <summary>Longest time to compile, which only a machine that is very busy reaches.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Nobody waits for the result any more.</summary>
    public CancellationToken Cancellation { get; init; }
}
