using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>A validated text completion: what to generate, and which of it to return and how.</summary>
internal sealed class CompletionPlan
{
    /// <summary>What to generate, prompt by prompt: <c>best_of</c> choices each, else <c>n</c>. They differ in their prompts only.</summary>
    public required IReadOnlyList<CompletionGeneration> Generations { get; init; }

    /// <summary>How many choices to return of each prompt: <c>n</c>.</summary>
    public required int Returned { get; init; }

    /// <summary>Whether the best are returned, and not the first. Never streamed.</summary>
    public required bool IsRanked { get; init; }

    /// <summary>Whether the answer is streamed.</summary>
    public required bool Stream { get; init; }

    /// <summary>Whether a streamed answer ends with the token counts.</summary>
    public required bool IncludeUsage { get; init; }

    /// <summary>Whether each choice begins with its prompt.</summary>
    public required bool Echo { get; init; }

    /// <summary>What else the answer tells.</summary>
    public required AnswerExtras Extras { get; init; }

    /// <summary>Choices that are generated, of all prompts.</summary>
    public int Generated => Generations.Count * Generations[0].Choices;

    /// <summary>Whether the prompt's text comes from the engine, with its log probabilities, and not from the request.</summary>
    public bool ScoresPrompt => Generations[0].ScorePrompt;

    /// <summary>
    /// The choices to return with the number of their prompt: prompt by prompt, in their order, with ranking by falling log
    /// probability per token, equal ones by their index.
    /// </summary>
    public IEnumerable<(int Prompt, CollectedChoice Choice)> Select(IReadOnlyList<CollectedChoice> choices) =>
        choices.Chunk(Generations[0].Choices).SelectMany((own, prompt) =>
            (IsRanked ? own.OrderByDescending(GetMeanLogProbability).Take(Returned) : own).Select(choice => (prompt, choice)));

    /// <summary>Text of a prompt as the request wrote it.</summary>
    public string GetPromptText(int prompt, IVocabulary vocabulary) =>
        Generations[prompt] is { Tokens: { } tokens } ? TokenNames.Join(tokens, vocabulary) : Generations[prompt].Text ?? "";

    private static double GetMeanLogProbability(CollectedChoice choice) =>
        choice.LogProbability / Math.Max(1, choice.Usage.CompletionTokens);
}
