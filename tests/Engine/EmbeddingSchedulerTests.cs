using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>Embedding jobs through the engine, over a scripted model.</summary>
public sealed class EmbeddingSchedulerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Inputs_share_batches_and_each_gets_its_own_vector()
    {
        var runner = new ScriptedEmbeddingRunner();
        await using var harness = new EngineHarness(runner);
        int[][] inputs = [.. Enumerable.Range(1, 50).Select(length => Enumerable.Repeat(length, length).ToArray())];
        float[][] vectors = await VectorsAsync(Submit(harness, inputs));
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal([inputs[i].Sum(), inputs[i].Length, inputs[i][0], inputs[i][^1]], vectors[i]);
        }

        Assert.InRange(runner.Calls.Count, 50 / 8, 25);
        Assert.Contains(runner.Calls, call => call.Length == 8);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task A_request_with_few_inputs_does_not_wait_for_one_with_many()
    {
        var runner = new ScriptedEmbeddingRunner();
        using var gate = new ManualResetEventSlim();
        runner.OnCompute = _ =>
        {
            gate.Wait(Limit);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        EmbeddingComputation many = Submit(harness, [.. Enumerable.Repeat(Tokens('m', 4), 400)]);
        await UntilAsync(() => runner.Calls.Count == 1);
        EmbeddingComputation few = Submit(harness, Tokens('f', 4));
        gate.Set();
        await VectorsAsync(few);
        await VectorsAsync(many);
        Assert.Equal(1, runner.Calls.FindIndex(call => call.Contains("ffff")));
    }

    [Fact]
    public async Task A_long_input_has_a_batch_to_itself_and_is_not_overtaken_for_ever()
    {
        var runner = new ScriptedEmbeddingRunner(contextLength: 200);
        await using var harness = new EngineHarness(runner);
        int[][] inputs = [Tokens('a', 3), Tokens('b', 200), Tokens('c', 3), Tokens('d', 3)];
        await VectorsAsync(Submit(harness, inputs));
        Assert.Equal([1, 1, 2], runner.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task A_batch_never_exceeds_a_small_model()
    {
        // The runner asserts the bound.
        await using var harness = new EngineHarness(new ScriptedEmbeddingRunner(contextLength: 16, batchSize: 16));
        await VectorsAsync(Submit(harness, [.. Enumerable.Repeat(Tokens('a', 7), 20)]));
    }

    [Theory]
    [InlineData(DecodeResult.Failed, EngineFailureCode.EngineFault)]
    [InlineData(DecodeResult.NoRoom, EngineFailureCode.EngineFault)]
    [InlineData(DecodeResult.Aborted, EngineFailureCode.ShuttingDown)]
    internal async Task A_batch_that_fails_fails_its_requests_and_the_next_one_works(DecodeResult result, EngineFailureCode code)
    {
        var runner = new ScriptedEmbeddingRunner { OnCompute = call => call == 1 ? result : DecodeResult.Done };
        await using var harness = new EngineHarness(runner);
        EmbeddingResult outcome = await Submit(harness, [.. Enumerable.Repeat(Tokens('a', 60), 10)]).Result.WaitAsync(Limit);
        Assert.Equal(code, outcome.Failure!.Code);
        await VectorsAsync(Submit(harness, Tokens('b', 2)));
        await harness.WaitIdleAsync();
        Assert.Equal(2, runner.Calls.Count);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_before_the_next_batch()
    {
        var runner = new ScriptedEmbeddingRunner();
        using var gate = new ManualResetEventSlim();
        runner.OnCompute = _ =>
        {
            gate.Wait(Limit);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        EmbeddingComputation gone = Submit(harness, [.. Enumerable.Repeat(Tokens('g', 60), 100)]);
        await UntilAsync(() => runner.Calls.Count == 1);
        EmbeddingComputation stays = Submit(harness, Tokens('s', 60));
        gone.Dispose();
        gate.Set();
        await VectorsAsync(stays);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.Result.WaitAsync(Limit));
        await harness.WaitIdleAsync();
        Assert.Equal(2, runner.Calls.Count);
    }

    [Fact]
    public async Task A_request_past_its_deadline_fails()
    {
        var runner = new ScriptedEmbeddingRunner();
        runner.OnCompute = _ =>
        {
            Thread.Sleep(30);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { RequestTimeout = TimeSpan.FromMilliseconds(100) });
        EmbeddingResult outcome = await Submit(harness, [.. Enumerable.Repeat(Tokens('a', 60), 500)]).Result.WaitAsync(Limit);
        Assert.Equal(EngineFailureCode.DeadlineExceeded, outcome.Failure!.Code);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task A_full_queue_refuses_and_a_late_request_fails()
    {
        var runner = new ScriptedEmbeddingRunner(sequences: 1);
        using var gate = new ManualResetEventSlim();
        runner.OnCompute = call =>
        {
            gate.Wait(Limit);
            Thread.Sleep(call == 1 ? 300 : 0);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { QueueLimit = 1, QueueTimeout = TimeSpan.FromMilliseconds(200) });
        EmbeddingComputation first = Submit(harness, Tokens('a', 2), Tokens('b', 2));
        await UntilAsync(() => runner.Calls.Count == 1);
        EmbeddingComputation second = Submit(harness, Tokens('c', 2));
        Assert.Equal(EngineFailureCode.QueueFull, harness.Engine.TryEnter("").Failure!.Code);
        gate.Set();
        Assert.Equal(EngineFailureCode.QueueTimeout, (await second.Result.WaitAsync(Limit)).Failure!.Code);
        await VectorsAsync(first);
    }

    [Fact]
    public async Task A_stop_fails_what_waits_and_what_runs()
    {
        var runner = new ScriptedEmbeddingRunner(sequences: 1);
        using var gate = new ManualResetEventSlim();
        runner.OnCompute = _ =>
        {
            gate.Wait(Limit);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        EmbeddingComputation[] all = [Submit(harness, Tokens('a', 2), Tokens('b', 2)), Submit(harness, Tokens('c', 2))];
        await UntilAsync(() => runner.Calls.Count == 1);
        harness.Engine.Stop();
        gate.Set();
        foreach (EmbeddingComputation computation in all)
        {
            Assert.Equal(EngineFailureCode.ShuttingDown, (await computation.Result.WaitAsync(Limit)).Failure!.Code);
        }
    }

    [Fact]
    public async Task A_model_that_throws_fails_the_requests_of_its_batch()
    {
        var runner = new ScriptedEmbeddingRunner { OnCompute = _ => throw new InvalidOperationException("a bug") };
        var engine = new InferenceEngine(new EngineOptions(), _ => (runner, null), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        QueuePlace place = engine.TryEnter("").Place!;
        EmbeddingComputation computation = engine.Submit(new EmbeddingRequest([Tokens('a', 2)]), place);
        engine.Start();
        Assert.Equal(EngineFailureCode.EngineFault, (await computation.Result.WaitAsync(Limit)).Failure!.Code);
        await engine.Ended.WaitAsync(Limit);
        Assert.Equal(0, engine.ActiveCount);
    }

    private static int[] Tokens(char token, int count) => [.. Enumerable.Repeat((int)token, count)];

    private static EmbeddingComputation Submit(EngineHarness harness, params int[][] inputs)
    {
        (QueuePlace? place, EngineFailure? failure) = harness.Engine.TryEnter("");
        Assert.Null(failure);
        return harness.Engine.Submit(new EmbeddingRequest(inputs), place!);
    }

    private static async Task<float[][]> VectorsAsync(EmbeddingComputation computation)
    {
        EmbeddingResult result = await computation.Result.WaitAsync(Limit);
        Assert.Null(result.Failure);
        return result.Vectors!;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 5000, "it did not happen within the limit");
            await Task.Delay(1);
        }
    }
}
