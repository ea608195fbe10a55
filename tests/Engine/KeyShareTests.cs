using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>The share of a key: what counts against it, when it is refused, and that every way out gives it back.</summary>
public sealed class KeyShareTests
{
    [Fact]
    public async Task A_key_with_its_share_is_refused_and_another_is_not()
    {
        await using var harness = new EngineHarness(new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration), new EngineOptions { ShareLimit = 3, QueueLimit = 5 });
        using QueuePlace two = Enter(harness, "alice", 2);
        using QueuePlace one = Enter(harness, "alice", 1);
        EngineFailure failure = harness.Engine.TryEnter("alice").Failure!;
        Assert.Equal(EngineFailureCode.ShareUsed, failure.Code);
        Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, 1, 60);

        using QueuePlace others = Enter(harness, "bob", 2);
        Assert.Equal(EngineFailureCode.QueueFull, harness.Engine.TryEnter("bob").Failure!.Code); // a share is no reservation
        Assert.Equal(2, harness.Engine.CountOf("bob")); // and the refusal has taken nothing of it
        two.Dispose();
        Enter(harness, "alice", 2).Dispose();
        Assert.Equal(1, harness.Engine.CountOf("alice"));
    }

    [Fact]
    public async Task A_request_that_can_never_have_room_is_a_mistake_and_not_a_wait()
    {
        await using var harness = new EngineHarness(new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration), new EngineOptions { ShareLimit = 3, QueueLimit = 5 });
        EngineFailure failure = harness.Engine.TryEnter("alice", 4).Failure!;
        Assert.Equal((EngineFailureCode.InvalidRequest, "n", null), (failure.Code, failure.Param, failure.RetryAfter));
        Assert.Null(harness.Engine.FindTooMany(3));
    }

    [Fact]
    public async Task The_share_is_back_before_the_reader_sees_the_end()
    {
        await using var harness = new EngineHarness(ScriptedRunner.Answering("abc"u8.ToArray(), promptLength: 1), new EngineOptions { ShareLimit = 1 });
        for (int i = 0; i < 200; i++)
        {
            (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("p") with { Principal = "alice" }));
            Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        }
    }

    [Fact]
    public async Task Every_way_out_gives_the_share_back()
    {
        var runner = new ScriptedRunner(_ => 'x', sequences: 1, contextLength: 1_000_000);
        bool fails = false;
        runner.OnDecode = _ =>
        {
            Thread.Sleep(1);
            return fails ? DecodeResult.Failed : DecodeResult.Done;
        };
        var options = new EngineOptions
        {
            Parallel = 1, ContextLength = 1_000_000, EventBuffer = 8, ShareLimit = 8, QueueTimeout = TimeSpan.FromMilliseconds(100),
            RequestTimeout = TimeSpan.FromMilliseconds(400), StallTimeout = TimeSpan.FromMilliseconds(100),
        };
        await using var harness = new EngineHarness(runner, options);
        GenerationRequest endless = EngineHarness.Request("a", maxTokens: 900_000) with { Principal = "alice" };

        // Not started, nothing to do, an end by length with several choices.
        Enter(harness, "alice", 3).Dispose();
        await ExpectReturnAsync(harness, "a place that was not used");
        (QueuePlace? empty, _) = harness.Engine.TryEnter("alice");
        using (empty)
        {
            harness.Engine.Submit(endless with { MaxTokens = 0 }, empty!).Dispose();
        }

        await ExpectReturnAsync(harness, "an empty answer");
        await EngineHarness.ReadAsync(harness.Submit(endless with { MaxTokens = 3, Choices = 2 }));
        await ExpectReturnAsync(harness, "several choices");

        // A reader that goes, one that stops to read, one behind them that goes while it waits, one that waits too long.
        Generation running = harness.Submit(endless);
        await running.Events.WaitToReadAsync();
        Generation waiting = harness.Submit(endless);
        waiting.Dispose();
        running.Dispose();
        await ExpectReturnAsync(harness, "cancelled");
        Generation stalled = harness.Submit(endless);
        Generation late = harness.Submit(endless);
        await ExpectReturnAsync(harness, "a reader that stalls, a wait that is too long");
        stalled.Dispose();
        late.Dispose();

        // The deadline, and a failing engine.
        Assert.Equal(GenerationEventKind.Failed, (await EngineHarness.ReadAsync(harness.Submit(endless))).Last.Kind);
        await ExpectReturnAsync(harness, "the deadline");
        fails = true;
        Assert.Equal(GenerationEventKind.Failed, (await EngineHarness.ReadAsync(harness.Submit(endless))).Last.Kind);
        await ExpectReturnAsync(harness, "a fault");
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task Embeddings_count_as_one_and_give_it_back()
    {
        using var gate = new ManualResetEventSlim();
        var runner = new ScriptedEmbeddingRunner
        {
            OnCompute = _ =>
            {
                gate.Wait();
                return DecodeResult.Done;
            },
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { ShareLimit = 2 });
        EmbeddingComputation done = harness.Engine.Submit(new EmbeddingRequest([[1], [2], [3]]), Enter(harness, "alice", 1));
        EmbeddingComputation gone = harness.Engine.Submit(new EmbeddingRequest([[1]]), Enter(harness, "alice", 1));
        Assert.Equal(EngineFailureCode.ShareUsed, harness.Engine.TryEnter("alice").Failure!.Code);
        gone.Dispose();
        gate.Set();
        Assert.NotNull((await done.Result).Vectors);
        await ExpectReturnAsync(harness, "embeddings");
    }

    private static QueuePlace Enter(EngineHarness harness, string key, int choices)
    {
        (QueuePlace? place, EngineFailure? failure) = harness.Engine.TryEnter(key, choices);
        Assert.Null(failure);
        return place!;
    }

    private static async Task ExpectReturnAsync(EngineHarness harness, string after)
    {
        for (int i = 0; harness.Engine.CountOf("alice") > 0; i++)
        {
            Assert.True(i < 2000, $"{harness.Engine.CountOf("alice")} answers still count after {after}");
            await Task.Delay(5);
        }
    }
}
