using System.Globalization;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Embedding;

/// <summary>From text to vectors, the same for both protocols. Any thread.</summary>
internal sealed class EmbeddingService(ModelDescription model, InferenceEngine engine)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>
    /// Computes embeddings (<see cref="TextComputation"/>), cuts them to the dimensions asked for and scales them to length 1.
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

        int promptTokens = 0;
        EmbeddingResult result = await TextComputation.RunAsync(engine, query.Principal, Tokenize, cancellationToken).ConfigureAwait(false);
        return result.Vectors is { } vectors
            ? Finish(vectors, query.Dimensions ?? engine.EmbeddingDimensions, promptTokens)
            : Fail(result.Failure!);

        (int[][]? Inputs, EngineFailure? Failure) Tokenize()
        {
            if (CheckDimensions(query) is { } failure)
            {
                return (null, failure);
            }

            var tokenizer = new InputTokenizer(engine.Vocabulary, engine.ContextLength);
            (int[][]? Inputs, EngineFailure? Failure) inputs = TextComputation.Tokenize(query.Inputs.Count, i => tokenizer.Add(query.Inputs[i], query.NameOf(i)), cancellationToken);
            promptTokens = tokenizer.TotalTokens;
            return inputs;
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
