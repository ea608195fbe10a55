namespace MistralServe.Bench.Child;

/// <summary>One run of the bare loop.</summary>
internal sealed record BareSettings
{
    /// <summary>GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>Compute threads, for prompts and decode alike.</summary>
    public required int Threads { get; init; }

    /// <summary>Sequences that decode together.</summary>
    public required int Sequences { get; init; }

    /// <summary>Tokens of room for each sequence.</summary>
    public required int RoomTokens { get; init; }

    /// <summary>Prompt tokens of each sequence.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Decode steps; each gives one token to every sequence. The token that the prompt gives is not counted.</summary>
    public required int DecodeTokens { get; init; }

    /// <summary>Seed of the prompts.</summary>
    public required int Seed { get; init; }

    /// <summary>One KV cache for all sequences instead of one each.</summary>
    public bool Unified { get; init; }

    /// <summary>Flash attention.</summary>
    public bool FlashAttention { get; init; }

    /// <summary>K as q8_0 instead of f16.</summary>
    public bool QuantizedKeys { get; init; }

    /// <summary>Sequences with room that never decode.</summary>
    public int ExtraSequences { get; init; }

    /// <summary>Poll level of the thread pool, 0 to 100.</summary>
    public uint Poll { get; init; } = 50;

    /// <summary>Most rows of one decode call.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Most rows of one graph.</summary>
    public int MicroBatchSize { get; init; } = 256;
}
