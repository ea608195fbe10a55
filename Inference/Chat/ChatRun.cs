using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>
/// A running answer to a conversation: what the engine generates, and what splits its text into content, reasoning and calls. Dispose it
/// on every way out, as the <see cref="Engine.Generation"/>.
/// </summary>
/// <param name="Generation">The engine's events.</param>
/// <param name="CreateParser">Makes the parser of one choice: one for each of them.</param>
internal sealed record ChatRun(Generation Generation, Func<IChatOutputParser> CreateParser) : IDisposable
{
    /// <summary>Keywords of the tools' schemas that the answer is not held to because it need not call them, each with field and path.</summary>
    public IReadOnlyList<string> UnenforcedKeywords { get; init; } = [];

    /// <summary>Cancels what is not finished.</summary>
    public void Dispose() => Generation.Dispose();
}

/// <summary>Either a running answer or the reason why there is none.</summary>
internal readonly record struct ChatStartResult(ChatRun? Run, EngineFailure? Failure);
