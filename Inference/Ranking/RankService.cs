using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Ranking;

/// <summary>From a query and documents to their order, the same for both protocols. Any thread.</summary>
internal sealed class RankService(ModelDescription model, InferenceEngine engine)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>
    /// Ranks documents: computes the scores of the pairs of query and document (<see cref="TextComputation"/>), and sorts.
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

        int promptTokens = 0;
        EmbeddingResult result = await TextComputation.RunAsync(engine, query.Principal, Tokenize, cancellationToken).ConfigureAwait(false);
        return result.Vectors is { } scores ? Sort(scores, query.Top, promptTokens) : Fail(result.Failure!);

        (int[][]? Inputs, EngineFailure? Failure) Tokenize()
        {
            var tokenizer = new PairTokenizer(engine.Vocabulary, engine.ContextLength, Model.RerankTemplate, query.Query);
            if (tokenizer.Begin() is { } tooLong)
            {
                return (null, tooLong);
            }

            (int[][]? Inputs, EngineFailure? Failure) pairs = TextComputation.Tokenize(
                query.Documents.Count, i => tokenizer.Add(query.Documents[i], i), cancellationToken);
            promptTokens = tokenizer.TotalTokens;
            return pairs;
        }
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
