namespace MistralServe.Inference.Engine;

/// <summary>A loaded model of either kind. Engine thread only, except <see cref="Vocabulary"/>, <see cref="ActivityCount"/> and <see cref="RequestAbort"/>.</summary>
internal interface IRunner : IDisposable
{
    /// <summary>The model's tokens; read-only, any thread.</summary>
    IVocabulary Vocabulary { get; }

    /// <summary>Rises while the model computes, so that a long batch can be told from a stuck one. Any thread.</summary>
    int ActivityCount { get; }

    /// <summary>Makes a running computation, and any later one, end soon: the engine is stopping. Any thread.</summary>
    void RequestAbort();
}
