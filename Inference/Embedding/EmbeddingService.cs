using System.Globalization;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Embedding;

/// <summary>From text to vectors, the same for both protocols. Any thread.</summary>
internal sealed class EmbeddingService(ModelDescription model, InferenceEngine engine)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>
    /// Computes embeddings:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. tokenise the inputs, check each against the context and all against the total;
    /// 4. hand them to the engine and wait for its vectors;
    /// 5. cut them to the dimensions asked for and scale them to length 1.
    /// </summary>
    /// <param name="query">The validated request.</param>
    /// <param name="cancellationToken">Client gone: what is not computed is dropped and <see cref="OperationCanceledException"/> thrown.</param>
    public async ValueTask<EmbeddingOutcome> ComputeAsync(EmbeddingQuery query, CancellationToken cancellationToken)
    {
        if (!Model.Capabilities.HasFlag(ModelCapabilities.Embedding))
        {
            return Fail(new EngineFailure(
                EngineFailureCode.NotSupported, $"The loaded model {Model.Id} cannot make embeddings. Start the server with an embedding model.", "model"));
        }

        (QueuePlace? place, EngineFailure? failure) = engine.TryEnter(query.Principal);
        if (place is null)
        {
            return Fail(failure!);
        }

        using (place)
        {
            failure = await engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false) ?? CheckDimensions(query);
            if (failure is not null)
            {
                return Fail(failure);
            }

            var tokenizer = new InputTokenizer(engine.Vocabulary, engine.ContextLength);
            (int[][]? inputs, failure) = Tokenize(query, tokenizer, cancellationToken);
            if (inputs is null)
            {
                return Fail(failure!);
            }

            using EmbeddingComputation computation = engine.Submit(new EmbeddingRequest(inputs), place);
            EmbeddingResult result = await computation.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            return result.Vectors is { } vectors
                ? Finish(vectors, query.Dimensions ?? engine.EmbeddingDimensions, tokenizer.TotalTokens)
                : Fail(result.Failure!);
        }
    }

    private EngineFailure? CheckDimensions(EmbeddingQuery query)
    {
        int available = engine.EmbeddingDimensions;
        return query.Dimensions > available
            ? new EngineFailure(
                EngineFailureCode.InvalidRequest,
                string.Create(CultureInfo.InvariantCulture, $"dimensions is {query.Dimensions}, but the vectors of this model have {available}."),
                "dimensions")
            : null;
    }

    private static (int[][]? Inputs, EngineFailure? Failure) Tokenize(EmbeddingQuery query, InputTokenizer tokenizer, CancellationToken cancellationToken)
    {
        int[][] inputs = new int[query.Inputs.Count][];
        for (int i = 0; i < inputs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (int[]? tokens, EngineFailure? failure) = tokenizer.Add(query.Inputs[i], query.NameOf(i));
            if (tokens is null)
            {
                return (null, failure);
            }

            inputs[i] = tokens;
        }

        return (inputs, null);
    }

    private static EmbeddingOutcome Finish(float[][] vectors, int dimensions, int promptTokens)
    {
        for (int i = 0; i < vectors.Length; i++)
        {
            if (EmbeddingVectors.Normalize(vectors[i], dimensions) is not { } vector)
            {
                return Fail(EngineFailures.Fault());
            }

            vectors[i] = vector;
        }

        return new EmbeddingOutcome(new EmbeddingAnswer(vectors, promptTokens), null);
    }

    private static EmbeddingOutcome Fail(EngineFailure failure) => new(null, failure);
}
