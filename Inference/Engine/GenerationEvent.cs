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
internal readonly record struct TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens)
{
    /// <summary>Prompt and completion together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>Which part of <see cref="GenerationEvent"/> is set.</summary>
internal enum GenerationEventKind
{
    /// <summary>A part of the prompt was computed: <see cref="GenerationEvent.Usage"/> says how much of it.</summary>
    PromptProgress,

    /// <summary>New text: <see cref="GenerationEvent.Text"/>.</summary>
    Text,

    /// <summary>The last event of a successful or cancelled generation: <see cref="GenerationEvent.FinishReason"/> and <see cref="GenerationEvent.Usage"/>.</summary>
    Finished,

    /// <summary>The last event of a failed generation: <see cref="GenerationEvent.Failure"/>.</summary>
    Failed,
}

/// <summary>One message from the decode thread to the reader of a request.</summary>
internal readonly record struct GenerationEvent
{
    /// <summary>Which fields are set.</summary>
    public required GenerationEventKind Kind { get; init; }

    /// <summary>UTF-8 text since the last event: whole characters only, never part of a stop string. Owned by the reader.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Why it ended.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>Counts so far (progress, text) or final ones (finished).</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>What went wrong.</summary>
    public EngineFailure? Failure { get; init; }
}
