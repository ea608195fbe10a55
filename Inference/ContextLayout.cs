using System.Globalization;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference;

/// <summary>
/// How the context is laid out: streams, attention kernel and KV types, chosen by rule from the model's shape and the memory.
/// The rules rest on measurements (docs/performance.md): one KV stream a sequence decodes faster than a common one for independent
/// requests; the fused attention kernel is slow for the short prompt of a next turn and, with heads of 128, halves the speed of
/// tokens behind a prompt, and without it (and without guesses) an answer does not depend on its batch neighbours, so it is off; keys in Q8_0 take half
/// the memory and are read faster, so they are where the heads allow it; quantised values slow prompts to a fifth, so values are
/// never quantised. Immutable.
/// </summary>
internal sealed record ContextLayout
{
    private const long MebiByte = 1024 * 1024;

    // The library rounds a sequence's room up to this many cells.
    private const int CellPadding = 256;

    // Numbers that Q8_0 rounds together.
    private const int QuantizedBlock = 32;

    /// <summary>Requests decoded together.</summary>
    public required int Parallel { get; init; }

    /// <summary>Sequences beyond these, for cached prefixes.</summary>
    public required int CacheStreams { get; init; }

    /// <summary>Tokens of one sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Whether the fused attention kernel is used.</summary>
    public required bool FlashAttention { get; init; }

    /// <summary>Whether keys are stored as Q8_0.</summary>
    public required bool QuantizedKeys { get; init; }

    /// <summary>Memory of the KV cache in bytes, when all of it is in use.</summary>
    public required long KeyValueBytes { get; init; }

    /// <summary>Its limit in bytes.</summary>
    public required long LimitBytes { get; init; }

    /// <summary>
    /// Chooses.
    /// </summary>
    /// <param name="model">The model's shape.</param>
    /// <param name="options">Wanted sequences and lengths; cache streams are cut to what the limit allows.</param>
    /// <param name="flashAttention">As told by the user; null means by rule.</param>
    /// <param name="quantizedKeys">As told by the user; null means by rule.</param>
    /// <param name="limitBytes">Most memory for the KV cache.</param>
    public static ContextLayout Choose(ModelDescription model, EngineOptions options, bool? flashAttention, bool? quantizedKeys, long limitBytes)
    {
        bool fused = flashAttention ?? false;
        bool quantized = quantizedKeys ?? (!fused && model.HeadSize > 0 && model.HeadSize % QuantizedBlock == 0);

        // 34 bytes hold 32 numbers of Q8_0; keys and values have equal parts but for rare architectures.
        double bytesPerElement = quantized ? (34.0 / 32 + 2) / 2 : 2;
        long cells = (options.ContextLength + CellPadding - 1) / CellPadding * CellPadding;
        long stream = (long)(cells * model.KeyValueElementsPerToken * bytesPerElement);
        long affordable = stream > 0 ? limitBytes / stream : int.MaxValue;
        int cacheStreams = (int)Math.Clamp(affordable - options.Parallel, 0, options.CacheStreams);
        return new ContextLayout
        {
            Parallel = options.Parallel,
            CacheStreams = cacheStreams,
            ContextLength = options.ContextLength,
            FlashAttention = fused,
            QuantizedKeys = quantized,
            KeyValueBytes = stream * (options.Parallel + cacheStreams),
            LimitBytes = limitBytes,
        };
    }

    /// <summary>One line for the log and for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Parallel} sequences and {CacheStreams} cache streams of {ContextLength} tokens, split KV cache {KeyValueBytes / MebiByte} MiB (limit {LimitBytes / MebiByte} MiB), keys {(QuantizedKeys ? "q8_0" : "f16")}, values f16, flash attention {(FlashAttention ? "on" : "off")}");
}
