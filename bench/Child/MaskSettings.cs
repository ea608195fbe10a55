namespace MistralServe.Bench.Child;

/// <summary>One measurement of masks.</summary>
internal sealed record MaskSettings
{
    /// <summary>GGUF file with the vocabulary.</summary>
    public required string Model { get; init; }

    /// <summary>Seed of the walks.</summary>
    public required int Seed { get; init; }
}
