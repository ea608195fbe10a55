using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Inference;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;
using MistralServe.Tests.Embedding;

namespace MistralServe.Tests.Native;

/// <summary>The real library with embedding models: an encoder and a causal model.</summary>
[Collection("native")]
public sealed class LlamaEmbeddingTests
{
    [Fact]
    public async Task Vectors_and_token_counts_are_the_original_models_alone_and_in_a_batch_of_unequal_lengths()
    {
        List<EmbeddingReference> references = EmbeddingReference.Load();
        await using Served model = Served.Start(RepositoryFiles.Shared(EmbeddingReference.Model));
        foreach (EmbeddingReference reference in references)
        {
            EmbeddingAnswer alone = await model.EmbedAsync(reference.Text);
            Assert.Equal(reference.Tokens, alone.PromptTokens);
            reference.ExpectMatch(alone.Vectors[0]);
        }

        // Texts of other lengths between them, one as long as the context, and each reference at several places of the batches.
        string[] others = ["a", string.Concat(Enumerable.Repeat("sea ", 510)), "one two three", string.Concat(Enumerable.Repeat("word ", 100))];
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? references[i / 2 % references.Count].Text : others[i / 2 % others.Length])];
        EmbeddingAnswer together = await model.EmbedAsync(texts);
        for (int i = 0; i < texts.Length; i += 2)
        {
            references[i / 2 % references.Count].ExpectMatch(together.Vectors[i]);
        }
    }

    [Fact]
    public async Task Many_clients_at_once_each_get_the_vector_they_get_alone()
    {
        List<EmbeddingReference> references = EmbeddingReference.Load();
        await using Served model = Served.Start(RepositoryFiles.Shared(EmbeddingReference.Model));
        EmbeddingAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => model.EmbedAsync(references[i % references.Count].Text))));
        for (int i = 0; i < answers.Length; i++)
        {
            references[i % references.Count].ExpectMatch(answers[i].Vectors[0]);
        }
    }

    [Fact]
    public async Task An_input_beyond_the_context_is_refused_also_when_a_longer_context_was_asked_for()
    {
        await using Served model = Served.Start(RepositoryFiles.Shared(EmbeddingReference.Model), contextLength: 4096);
        EmbeddingOutcome outcome = await model.ComputeAsync(string.Concat(Enumerable.Repeat("sea ", 511)));
        Assert.Equal(EngineFailureCode.ContextLengthExceeded, outcome.Failure!.Code);
        Assert.Contains("513 tokens", outcome.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("512 tokens", outcome.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_causal_model_gives_each_input_its_own_vector_too()
    {
        await using Served model = Served.Start(RepositoryFiles.Shared("models/random-embed-1m-q8_0.gguf"));
        string[] texts = ["alpha", "beta and gamma", string.Concat(Enumerable.Repeat("delta ", 50)), "e", "alpha"];
        EmbeddingAnswer together = await model.EmbedAsync(texts);
        Assert.Equal(together.Vectors[0], together.Vectors[4], (a, b) => MathF.Abs(a - b) < 1e-2f);
        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = (await model.EmbedAsync(texts[i])).Vectors[0];
            Assert.InRange(alone.Zip(together.Vectors[i], (a, b) => (double)a * b).Sum(), 0.999, 1.00001);
        }

        Assert.InRange(together.Vectors[0].Zip(together.Vectors[1], (a, b) => (double)a * b).Sum(), -1, 0.99);
    }

    [Fact]
    public void The_runner_refuses_what_would_end_the_process()
    {
        LlamaReference.LoadLibraries();
        (LlamaEmbeddingRunner? runner, string? problem) = LlamaEmbeddingRunner.Load(
            RepositoryFiles.Shared(EmbeddingReference.Model), new LlamaContextOptions(512, 4, 512, 2), _ => true);
        Assert.True(runner is not null, problem);
        using (runner)
        {
            Assert.Equal((384, 512, 4, 512), (runner.Dimensions, runner.ContextLength, runner.SequenceCount, runner.BatchSize));
            int[][][] bad =
            [
                [], [[]], [new int[513]], [new int[300], new int[300]], [[1], [1], [1], [1], [1]], [[-1]], [[runner.Vocabulary.Count]],
            ];
            Assert.All(bad, inputs => Assert.ThrowsAny<ArgumentOutOfRangeException>(() => runner.Compute(inputs)));
            Assert.Throws<ArgumentOutOfRangeException>(() => runner.GetEmbedding(4));
            Assert.Equal(DecodeResult.Done, runner.Compute([[101, 102]]));
            Assert.Equal(384, runner.GetEmbedding(0).Length);
            Assert.Throws<InvalidOperationException>(() => runner.GetEmbedding(1));
        }
    }

    /// <summary>A model as the product puts it together.</summary>
    private sealed class Served(ServedModel<EmbeddingService> model) : IAsyncDisposable
    {
        public static Served Start(string path, int? contextLength = null) => new(new ServedModel<EmbeddingService>(path, contextLength));

        public async Task<EmbeddingOutcome> ComputeAsync(params string[] texts) => await model.Service.ComputeAsync(
            new EmbeddingQuery { Inputs = [.. texts.Select(text => new EmbeddingInput(text, null))] }, CancellationToken.None);

        public async Task<EmbeddingAnswer> EmbedAsync(params string[] texts)
        {
            EmbeddingOutcome outcome = await ComputeAsync(texts);
            Assert.Null(outcome.Failure);
            return outcome.Answer!;
        }

        public ValueTask DisposeAsync() => model.DisposeAsync();
    }
}
