using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>Why a generation ended.</summary>
internal enum FinishReason
{
    /// <summary>Not ended yet.</summary>
    None,

    /// <summary>An end-of-generation token.</summary>
    EndOfGeneration,

    /// <summary>One of the request's stop strings.</summary>
    StopString,

    /// <summary>The request's token limit or the end of its context.</summary>
    Length,

    /// <summary>The caller went away or cancelled.</summary>
    Cancelled,
}

/// <summary>Token counts of one request.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Part of the prompt that was taken from the prefix cache and not computed again.</param>
/// <param name="CompletionTokens">Tokens generated, the end-of-generation token included.</param>
/// <param name="AcceptedDraftTokens">Of these, tokens that were guessed by lookup and confirmed by the model.</param>
/// <param name="RejectedDraftTokens">Guesses that the model did not confirm; not part of the completion.</param>
internal readonly record struct TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens, int AcceptedDraftTokens = 0, int RejectedDraftTokens = 0)
{
    /// <summary>Prompt and completion together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>Which part of <see cref="GenerationEvent"/> is set.</summary>
internal enum GenerationEventKind
{
    /// <summary>A part of the prompt was computed: <see cref="GenerationEvent.Usage"/> says how much of it.</summary>
    PromptProgress,

    /// <summary>The prompt is computed: <see cref="GenerationEvent.Tokens"/> are its tokens. Once a request, before all text.</summary>
    PromptScored,

    /// <summary>New text: <see cref="GenerationEvent.Text"/>.</summary>
    Text,

    /// <summary>The last event of a choice that succeeded or was cancelled: <see cref="GenerationEvent.FinishReason"/> and <see cref="GenerationEvent.Usage"/>.</summary>
    Finished,

    /// <summary>The last event of a request that failed, all its choices with it: <see cref="GenerationEvent.Failure"/>.</summary>
    Failed,
}

/// <summary>How long a choice took so far.</summary>
/// <param name="Prompt">From its admission to its first token.</param>
/// <param name="Generation">From there to its last token so far.</param>
internal readonly record struct GenerationTimes(TimeSpan Prompt, TimeSpan Generation);

/// <summary>One generated token and what else the model thought of, by its own distribution: before temperature, penalties, bias, mask and truncation.</summary>
/// <param name="Token">
/// The token and its log probability; NaN when only the token was asked for, and for the first of a prompt, which nothing came before.
/// </param>
/// <param name="Top">The most probable tokens, best first, as many as were asked for.</param>
internal sealed record TokenReport(TokenLogProbability Token, IReadOnlyList<TokenLogProbability> Top);

/// <summary>One message from the decode thread to the reader of a request.</summary>
internal readonly record struct GenerationEvent
{
    /// <summary>Which fields are set.</summary>
    public required GenerationEventKind Kind { get; init; }

    /// <summary>Which choice of the request it is about, 0 to <see cref="GenerationRequest.Choices"/> - 1.</summary>
    public int Choice { get; init; }

    /// <summary>Which prompt it is about, where one request of the wire has several; the engine knows of one, number 0.</summary>
    public int Prompt { get; init; }

    /// <summary>UTF-8 text since the last event: whole characters only, never part of a stop string. Owned by the reader.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>
    /// With <see cref="GenerationEventKind.Text"/> or <see cref="GenerationEventKind.Finished"/>: the tokens whose text is in
    /// <see cref="Text"/>, or that gave none, those that ended the answer excepted, if <see cref="GenerationRequest.TopLogProbabilities"/>
    /// or <see cref="GenerationRequest.ReportTokens"/> asked for them; else null.
    /// </summary>
    public IReadOnlyList<TokenReport>? Tokens { get; init; }

    /// <summary>Why it ended.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>With <see cref="FinishReason.StopString"/>: which of <see cref="GenerationRequest.StopStrings"/> it was.</summary>
    public int? StopIndex { get; init; }

    /// <summary>Counts of this choice so far (progress, text) or final ones (finished). Each choice reports the whole prompt.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>With <see cref="GenerationEventKind.Text"/> or <see cref="GenerationEventKind.Finished"/>: how long it took so far.</summary>
    public GenerationTimes Times { get; init; }

    /// <summary>
    /// With <see cref="GenerationEventKind.Finished"/>: sum of the natural-log probabilities of the choice's tokens under the model's own
    /// distribution, if <see cref="GenerationRequest.ScoreChoices"/> asked for it; else 0.
    /// </summary>
    public double LogProbability { get; init; }

    /// <summary>What went wrong.</summary>
    public EngineFailure? Failure { get; init; }
}
