using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>A validated text completion: what to generate, and which of it to return and how.</summary>
internal sealed record CompletionPlan
{
    /// <summary>What to generate: <c>best_of</c> choices, else <c>n</c>.</summary>
    public required CompletionGeneration Generation { get; init; }

    /// <summary>How many choices to return: <c>n</c>.</summary>
    public required int Returned { get; init; }

    /// <summary>Whether the best are returned, and not the first. Never streamed.</summary>
    public required bool IsRanked { get; init; }

    /// <summary>Whether the answer is streamed.</summary>
    public required bool Stream { get; init; }

    /// <summary>Whether a streamed answer ends with the token counts.</summary>
    public required bool IncludeUsage { get; init; }

    /// <summary>The choices to return, in their order: with ranking by falling log probability per token, equal ones by their index.</summary>
    public IEnumerable<CollectedChoice> Select(IReadOnlyList<CollectedChoice> choices) =>
        IsRanked ? choices.OrderByDescending(GetMeanLogProbability).Take(Returned) : choices;

    private static double GetMeanLogProbability(CollectedChoice choice) =>
        choice.LogProbability / Math.Max(1, choice.Usage.CompletionTokens);
}
