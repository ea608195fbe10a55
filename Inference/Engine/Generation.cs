using System.Threading.Channels;

namespace MistralServe.Inference.Engine;

/// <summary>
/// A running or waiting generation, as its reader sees it. One reader; dispose it on every way out: that cancels what
/// is not finished, and the sequence is free before the next token.
/// </summary>
internal sealed class Generation(int promptTokens, ChannelReader<GenerationEvent> events, Action cancel) : IDisposable
{
    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; } = promptTokens;

    /// <summary>Events in order. Each choice ends by a <see cref="GenerationEventKind.Finished"/>, or one <see cref="GenerationEventKind.Failed"/> ends them all; then the channel completes.</summary>
    public ChannelReader<GenerationEvent> Events { get; } = events;

    /// <summary>Cancels the generation if it still runs; otherwise does nothing. Any thread.</summary>
    public void Dispose() => cancel();
}

/// <summary>Either a generation or the reason why there is none.</summary>
internal readonly record struct StartResult(Generation? Generation, EngineFailure? Failure);
