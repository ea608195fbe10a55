using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Embedding;

/// <summary>The way of a request's inputs through an engine that gives a vector or scores for each. Any thread.</summary>
internal static class TextComputation
{
    /// <summary>
    /// Computes inputs:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. tokenise and check the inputs;
    /// 4. hand them to the engine, which computes them beside those of other requests, and wait.
    /// </summary>
    /// <param name="engine">Where the model is.</param>
    /// <param name="principal">Name of the caller's key.</param>
    /// <param name="tokenize">Step 3, once the model is loaded; gives the tokens of each input or a failure.</param>
    /// <param name="cancellationToken">Client gone: what is not computed is dropped and <see cref="OperationCanceledException"/> thrown.</param>
    public static async ValueTask<EmbeddingResult> RunAsync(
        InferenceEngine engine, string principal, Func<(int[][]? Inputs, EngineFailure? Failure)> tokenize, CancellationToken cancellationToken)
    {
        (QueuePlace? place, EngineFailure? failure) = engine.TryEnter(principal);
        if (place is null)
        {
            return new EmbeddingResult(null, failure);
        }

        using (place)
        {
            failure = await engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                return new EmbeddingResult(null, failure);
            }

            (int[][]? inputs, failure) = tokenize();
            if (inputs is null)
            {
                return new EmbeddingResult(null, failure);
            }

            using EmbeddingComputation computation = engine.Submit(new EmbeddingRequest(inputs), place);
            return await computation.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tokenises inputs in turn, until one is refused.</summary>
    /// <param name="count">Number of inputs.</param>
    /// <param name="tokenize">Gives the tokens of one, or why there are none.</param>
    /// <param name="cancellationToken">Client gone: <see cref="OperationCanceledException"/>.</param>
    public static (int[][]? Inputs, EngineFailure? Failure) Tokenize(
        int count, Func<int, (int[]? Tokens, EngineFailure? Failure)> tokenize, CancellationToken cancellationToken)
    {
        int[][] inputs = new int[count][];
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (int[]? tokens, EngineFailure? failure) = tokenize(i);
            if (tokens is null)
            {
                return (null, failure);
            }

            inputs[i] = tokens;
        }

        return (inputs, null);
    }
}
