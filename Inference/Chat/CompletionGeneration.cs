namespace MistralServe.Inference.Chat;

/// <summary>A validated request to continue a raw prompt: exactly one of text and tokens is set.</summary>
internal sealed record CompletionGeneration : GenerationParameters
{
    /// <summary>The prompt as text; special tokens in it stay text. May be empty when the model adds a beginning-of-sequence token.</summary>
    public string? Text { get; init; }

    /// <summary>What comes behind the text to generate; null when it is not said, then the prompt is continued.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether the tokens that the model expects around a text are put around it.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Request field to blame for the prompt.</summary>
    public string Param { get; init; } = "prompt";

    /// <summary>The prompt as token ids; checked against the vocabulary when the model is loaded.</summary>
    public IReadOnlyList<int>? Tokens { get; init; }
}
