namespace MistralServe.Bench.Child;

/// <summary>What the bare loop measured.</summary>
internal sealed record BareResult
{
    /// <summary>Prompt tokens per second, over all sequences.</summary>
    public required double PromptTokensPerSecond { get; init; }

    /// <summary>Decoded tokens per second, over all sequences.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Generated tokens, the prompts' ones included, per second of prompts and decode together.</summary>
    public required double TotalTokensPerSecond { get; init; }

    /// <summary>Resident bytes after model and context are there.</summary>
    public required long LoadedBytes { get; init; }

    /// <summary>Resident bytes at the end.</summary>
    public required long EndBytes { get; init; }
}
