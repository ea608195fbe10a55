using MistralServe.Inference.Engine;

namespace MistralServe.Inference;

/// <summary>Either the vocabulary or the reason why there is none.</summary>
internal readonly record struct VocabularyResult(IVocabulary? Vocabulary, EngineFailure? Failure);

/// <summary>Gives the loaded model's vocabulary to requests that need nothing else of it, the same for both protocols. Any thread.</summary>
internal static class VocabularyService
{
    /// <summary>
    /// Takes a place in the queue or refuses at once, waits for the model if it still loads, within the queue's limit, and gives the
    /// place back.
    /// </summary>
    /// <param name="engine">Where the model is.</param>
    /// <param name="principal">Name of the caller's key.</param>
    /// <param name="cancellationToken">Client gone: <see cref="OperationCanceledException"/> is thrown.</param>
    public static async ValueTask<VocabularyResult> FindAsync(InferenceEngine engine, string principal, CancellationToken cancellationToken)
    {
        (QueuePlace? place, EngineFailure? failure) = engine.TryEnter(principal);
        if (place is null)
        {
            return new(null, failure);
        }

        using (place)
        {
            failure = await engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false);
            return failure is null ? new(engine.Vocabulary, null) : new(null, failure);
        }
    }
}
