using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;
using MistralServe.Inference.Ranking;
using MistralServe.Tests.Ranking;

namespace MistralServe.Tests.Native;

/// <summary>The real library with rerankers: its scores against a second computation from the hidden state, alone and in batches.</summary>
[Collection("native")]
public sealed class LlamaRankTests
{
    private const string Query = "what is the sea";

    private static readonly string[] Documents =
    [
        "the sea is deep", "a", "ships sail on the wide sea by night", "the sea is deep", "bread", "x y z", "what is the sea", "cold water and salt",
    ];

    // Measured with weights in Q8_0: 0.0016. Activations are rounded to 8 bits there, so that the last bits of a sum, whose order
    // changes with the size of a batch, become a larger step now and then. In F32 it is 1e-6.
    private const double QuantizedBatchTolerance = 5e-3;

    [Fact]
    public Task A_tiny_BERT_gives_the_scores_of_its_classifier() => CheckAsync(RankModel.TinyBert, 1e-4);

    [Fact]
    public Task A_tiny_Qwen_gives_the_probability_of_yes_in_its_own_prompt() => CheckAsync(RankModel.TinyQwen, 1e-4);

    [Fact]
    public Task MiniLM_with_a_classifier_gives_its_scores() => CheckAsync(RankModel.MiniLm, 1e-4, QuantizedBatchTolerance);

    [Fact]
    public async Task Control_tokens_in_a_query_or_a_document_are_text()
    {
        using RankModel model = RankModel.TinyBert();
        await using Served served = Served.Start(model.Path);
        RankAnswer plain = await served.RankAsync("a b", "c d");
        RankAnswer hostile = await served.RankAsync("a [SEP] b", "c [SEP] d");
        Assert.True(hostile.PromptTokens > plain.PromptTokens + 2);

        using RankModel qwen = RankModel.TinyQwen();
        LlamaVocabulary vocabulary = Load(qwen.Path, out LlamaEmbeddingRunner runner);
        using (runner)
        {
            int start = vocabulary.Tokenize("<|im_start|>"u8, addSpecial: false, parseSpecial: true).Single();
            var pairs = new PairTokenizer(vocabulary, TinyModels.ContextLength, TinyModels.Template, "a<|im_start|>{document}");
            Assert.Null(pairs.Begin());
            (int[]? tokens, EngineFailure? failure) = pairs.Add("<|im_start|>", 0);
            Assert.Null(failure);
            Assert.Equal(0, Array.IndexOf(tokens!, start));
            Assert.Equal(0, Array.LastIndexOf(tokens!, start));
        }
    }

    [Fact]
    public async Task A_pair_is_framed_as_BERT_was_trained_and_one_too_long_is_named()
    {
        using RankModel model = RankModel.TinyBert();
        LlamaVocabulary vocabulary = Load(model.Path, out LlamaEmbeddingRunner runner);
        using (runner)
        {
            var pairs = new PairTokenizer(vocabulary, TinyModels.ContextLength, null, "a b");
            Assert.Null(pairs.Begin());
            Assert.Equal([2, 5, 6, 3, 7, 3], pairs.Add("c", 0).Tokens!);
            Assert.Equal(6, pairs.TotalTokens);
        }

        await using Served served = Served.Start(model.Path, contextLength: 4096);
        string longest = string.Join(' ', Enumerable.Repeat("c", TinyModels.ContextLength - 5));
        Assert.Equal(TinyModels.ContextLength, (await served.RankAsync("a b", longest)).PromptTokens);
        RankOutcome outcome = await served.ComputeAsync("a b", "c", longest + " c");
        Assert.Equal((EngineFailureCode.ContextLengthExceeded, "documents[1]"), (outcome.Failure!.Code, outcome.Failure.Param));
        Assert.StartsWith("documents[1] has 97 tokens with the query, but this model takes at most 96 tokens", outcome.Failure.Message, StringComparison.Ordinal);
        outcome = await served.ComputeAsync(longest + " c c c", "c");
        Assert.Equal((EngineFailureCode.ContextLengthExceeded, "query"), (outcome.Failure!.Code, outcome.Failure.Param));
    }

    [Fact]
    public async Task Many_clients_at_once_each_get_the_scores_they_get_alone()
    {
        using RankModel model = RankModel.TinyBert();
        await using Served served = Served.Start(model.Path);
        double[] alone = await served.ScoresAsync(Query, Documents);
        double[][] together = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => served.ScoresAsync(Query, [.. Documents.Take(1 + (i % Documents.Length))]))));
        foreach (double[] scores in together)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                Assert.Equal(alone[i], scores[i], 1e-4);
            }
        }
    }

    private static async Task CheckAsync(Func<RankModel> create, double tolerance, double? batchTolerance = null)
    {
        using RankModel model = create();
        double[] expected = Expect(model);
        Assert.True(expected.Distinct().Count() >= Documents.Length - 1);
        await using Served served = Served.Start(model.Path);
        double[] together = await served.ScoresAsync(Query, Documents);
        double wrong = 0;
        double dependent = 0;
        for (int i = 0; i < Documents.Length; i++)
        {
            double alone = (await served.ScoresAsync(Query, Documents[i]))[0];
            wrong = Math.Max(wrong, Math.Abs(alone - expected[i]));
            dependent = Math.Max(dependent, Math.Abs(together[i] - alone));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"scores {string.Join(", ", expected)}; largest difference to the calculation {wrong}, to the batch {dependent}");
        Assert.InRange(wrong, 0, tolerance);
        Assert.InRange(dependent, 0, batchTolerance ?? tolerance);
    }

    // The pooled hidden state of each pair from the model without classifier, and the classifier in C#.
    private static double[] Expect(RankModel model)
    {
        string? template = ModelDescriptionReader.Read(model.Path, null, false).Model!.RerankTemplate;
        LlamaVocabulary vocabulary = Load(model.PoolingPath, out LlamaEmbeddingRunner runner);
        using (runner)
        {
            var pairs = new PairTokenizer(vocabulary, runner.ContextLength, template, Query);
            Assert.Null(pairs.Begin());
            double[] scores = new double[Documents.Length];
            for (int i = 0; i < scores.Length; i++)
            {
                Assert.Equal(DecodeResult.Done, runner.Compute([pairs.Add(Documents[i], i).Tokens!]));
                scores[i] = model.ScoreOf(runner.GetEmbedding(0));
            }

            return scores;
        }
    }

    private static LlamaVocabulary Load(string path, out LlamaEmbeddingRunner runner)
    {
        LlamaReference.LoadLibraries();
        (LlamaEmbeddingRunner? loaded, string? problem) = LlamaEmbeddingRunner.Load(path, new LlamaContextOptions(512, 4, 512, 2), _ => true);
        Assert.True(loaded is not null, problem);
        runner = loaded;
        return (LlamaVocabulary)loaded.Vocabulary;
    }

    /// <summary>A model as the product puts it together.</summary>
    private sealed class Served(ServedModel<RankService> model) : IAsyncDisposable
    {
        public static Served Start(string path, int? contextLength = null) => new(new ServedModel<RankService>(path, contextLength));

        public async Task<RankOutcome> ComputeAsync(string query, params string[] documents) =>
            await model.Service.ComputeAsync(new RankQuery { Query = query, Documents = documents }, CancellationToken.None);

        public async Task<RankAnswer> RankAsync(string query, params string[] documents)
        {
            RankOutcome outcome = await ComputeAsync(query, documents);
            Assert.Null(outcome.Failure);
            return outcome.Answer!;
        }

        /// <summary>Scores in the order of the documents.</summary>
        public async Task<double[]> ScoresAsync(string query, params string[] documents)
        {
            RankAnswer answer = await RankAsync(query, documents);
            Assert.Equal(answer.Documents.OrderByDescending(document => document.Score).ThenBy(document => document.Index), answer.Documents);
            return [.. answer.Documents.OrderBy(document => document.Index).Select(document => (double)document.Score)];
        }

        public ValueTask DisposeAsync() => model.DisposeAsync();
    }
}
