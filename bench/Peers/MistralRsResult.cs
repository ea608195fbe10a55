namespace MistralServe.Bench.Peers;

/// <summary>What <c>mistralrs_bench.py</c> prints.</summary>
internal sealed record MistralRsResult
{
    /// <summary>Tokens after the first per second.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Prompt tokens per second to the first token.</summary>
    public required double PromptTokensPerSecond { get; init; }

    /// <summary>Tokens of the answer that was timed.</summary>
    public required int DecodeTokens { get; init; }

    /// <summary>Tokens of the prompt that was timed.</summary>
    public required int PromptTokens { get; init; }
}
