using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Ranking;

/// <summary>From a query and documents to their order, the same for both protocols. Any thread.</summary>
internal sealed class RankService(ModelDescription model, InferenceEngine engine)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>
    /// Ranks documents:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. tokenise the pairs of query and document, check each against the context and all against the total;
    /// 4. hand them to the engine, which computes them beside those of other requests, and wait for its scores;
    /// 5. sort.
    /// </summary>
    /// <param name="query">The validated request.</param>
    /// <param name="cancellationToken">Client gone: what is not computed is dropped and <see cref="OperationCanceledException"/> thrown.</param>
    public async ValueTask<RankOutcome> ComputeAsync(RankQuery query, CancellationToken cancellationToken)
    {
        if (!Model.Capabilities.HasFlag(ModelCapabilities.Ranking))
        {
            return Fail(new EngineFailure(
                EngineFailureCode.NotSupported, $"The loaded model {Model.Id} cannot rank documents. Start the server with a reranker (pooling type rank).", "model"));
        }

        (QueuePlace? place, EngineFailure? failure) = engine.TryEnter(query.Principal);
        if (place is null)
        {
            return Fail(failure!);
        }

        using (place)
        {
            failure = await engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                return Fail(failure);
            }

            var tokenizer = new PairTokenizer(engine.Vocabulary, engine.ContextLength, Model.RerankTemplate, query.Query);
            (int[][]? pairs, failure) = Tokenize(query.Documents, tokenizer, cancellationToken);
            if (pairs is null)
            {
                return Fail(failure!);
            }

            using EmbeddingComputation computation = engine.Submit(new EmbeddingRequest(pairs), place);
            EmbeddingResult result = await computation.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            return result.Vectors is { } scores ? Sort(scores, query.Top, tokenizer.TotalTokens) : Fail(result.Failure!);
        }
    }

    private static (int[][]? Pairs, EngineFailure? Failure) Tokenize(IReadOnlyList<string> documents, PairTokenizer tokenizer, CancellationToken cancellationToken)
    {
        if (tokenizer.Begin() is { } tooLong)
        {
            return (null, tooLong);
        }

        int[][] pairs = new int[documents.Count][];
        for (int i = 0; i < pairs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (int[]? tokens, EngineFailure? failure) = tokenizer.Add(documents[i], i);
            if (tokens is null)
            {
                return (null, failure);
            }

            pairs[i] = tokens;
        }

        return (pairs, null);
    }

    private static RankOutcome Sort(float[][] scores, int? top, int promptTokens)
    {
        var documents = new List<RankedDocument>(scores.Length);
        for (int i = 0; i < scores.Length; i++)
        {
            // Of several classes the first is the one that counts, as in llama-server: "yes" of a model that answers yes or no.
            float score = scores[i][0];
            if (!float.IsFinite(score))
            {
                return Fail(EngineFailures.Fault());
            }

            documents.Add(new RankedDocument(i, score));
        }

        documents.Sort((left, right) => left.Score != right.Score ? right.Score.CompareTo(left.Score) : left.Index.CompareTo(right.Index));
        int count = Math.Min(top ?? documents.Count, documents.Count);
        return new RankOutcome(new RankAnswer(documents.GetRange(0, count), promptTokens), null);
    }

    private static RankOutcome Fail(EngineFailure failure) => new(null, failure);
}
