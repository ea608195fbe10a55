using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

public sealed class InferenceEngineTests
{
    [Fact]
    public async Task Text_usage_and_reason_of_a_whole_answer()
    {
        await using var harness = new EngineHarness(ScriptedRunner.Answering("Hé😀!"u8.ToArray(), promptLength: 6));
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("prompt")));
        Assert.Equal("Hé😀!", text);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        Assert.Equal(new TokenUsage(6, 0, 9), last.Usage);
    }

    [Fact]
    public async Task Max_tokens_ends_by_length_and_whole_characters_only()
    {
        await using var harness = new EngineHarness(ScriptedRunner.Answering("Hé😀!"u8.ToArray(), promptLength: 6));
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("prompt", maxTokens: 5)));
        Assert.Equal("Hé", text);
        Assert.Equal(FinishReason.Length, last.FinishReason);
        Assert.Equal(5, last.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Stop_strings_across_tokens_end_the_answer()
    {
        await using var harness = new EngineHarness(ScriptedRunner.Answering("one two three"u8.ToArray(), promptLength: 6));
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("prompt", 100, " two", "zzz")));
        Assert.Equal("one", text);
        Assert.Equal(FinishReason.StopString, last.FinishReason);
    }

    [Fact]
    public async Task Many_requests_share_batches_and_each_gets_its_own_text()
    {
        // The answer repeats the prompt's second character.
        var runner = new ScriptedRunner(tokens => tokens.Count < 40 ? tokens[1] : ScriptedRunner.EndOfGeneration);
        using var allAreThere = new ManualResetEventSlim();
        runner.OnDecode = _ =>
        {
            allAreThere.Wait();
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        List<Generation> generations = [.. "abcdefghijkl".Select(c => harness.Submit(EngineHarness.Request($"p{c}")))];
        allAreThere.Set();
        for (int i = 0; i < generations.Count; i++)
        {
            (string text, _, _) = await EngineHarness.ReadAsync(generations[i]);
            Assert.Equal(new string((char)('a' + i), 38), text);
        }

        Assert.Contains(runner.Calls, call => call.Select(row => row.Sequence).Distinct().Count() == 4 && call.Length == 4);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task A_long_prompt_does_not_stall_running_streams()
    {
        var runner = new ScriptedRunner(tokens => tokens.Count < 900 ? 'x' : ScriptedRunner.EndOfGeneration, batchSize: 16);
        await using var harness = new EngineHarness(runner, new EngineOptions { EventBuffer = 2000 });
        runner.OnDecode = _ =>
        {
            Thread.Sleep(1);
            return DecodeResult.Done;
        };
        Generation stream = harness.Submit(EngineHarness.Request("a", maxTokens: 800));
        Assert.True(await stream.Events.WaitToReadAsync());
        Generation heavy = harness.Submit(EngineHarness.Request(new string('b', 300), maxTokens: 1));
        await EngineHarness.ReadAsync(heavy);
        stream.Dispose();
        int firstChunk = runner.Calls.FindIndex(call => call.Any(row => row.Token == 'b'));
        int lastChunk = runner.Calls.FindLastIndex(call => call.Any(row => row.Token == 'b'));
        List<BatchRow[]> meanwhile = runner.Calls[firstChunk..lastChunk];
        Assert.True(meanwhile.Count(call => call.Any(row => row.Token == 'x')) >= 10, "tokens of the stream between the chunks");
    }

    [Fact]
    public async Task A_repeated_start_is_not_computed_again()
    {
        var runner = new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration, sequences: 2);
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 2 });
        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("system prompt, first question")));
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("system prompt, second question")));
        Assert.Equal("system prompt, ".Length, last.Usage.CachedTokens);
        (_, last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("system prompt, second question")));
        Assert.Equal("system prompt, second question".Length - 1, last.Usage.CachedTokens);
    }

    [Fact]
    public async Task A_memory_that_cannot_be_cut_starts_over()
    {
        var runner = new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration, sequences: 1) { CanCut = false };
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1 });
        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("same start A")));
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("same start B")));
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        Assert.Equal(0, last.Usage.CachedTokens);
    }

    [Fact]
    public async Task Cancel_frees_the_sequence_before_the_next_token()
    {
        var runner = new ScriptedRunner(_ => 'x', sequences: 1, contextLength: 100_000);
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1, ContextLength = 100_000, EventBuffer = 100_000 });
        Generation endless = harness.Submit(EngineHarness.Request("a", maxTokens: 90_000));
        await endless.Events.WaitToReadAsync();
        int calls = 0;
        runner.OnDecode = _ =>
        {
            if (calls++ == 0)
            {
                endless.Dispose();
            }

            return DecodeResult.Done;
        };
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(endless);
        Assert.Equal(FinishReason.Cancelled, last.FinishReason);
        await harness.WaitIdleAsync();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_a_cancelled_waiter_gives_its_place_back()
    {
        using var gate = new ManualResetEventSlim();
        var runner = new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration, sequences: 1);
        runner.OnDecode = _ =>
        {
            gate.Wait();
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1, QueueLimit = 2 });
        Generation running = harness.Submit(EngineHarness.Request("running"));
        while (runner.CallCount == 0)
        {
            await Task.Delay(1);
        }

        Generation first = harness.Submit(EngineHarness.Request("first"));
        Generation second = harness.Submit(EngineHarness.Request("second"));
        (QueuePlace? place, EngineFailure? failure) = harness.Engine.TryEnter("");
        Assert.Null(place);
        Assert.Equal(EngineFailureCode.QueueFull, failure!.Code);
        Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, 1, 60);
        first.Dispose();
        gate.Set();
        Assert.Equal(FinishReason.Cancelled, (await EngineHarness.ReadAsync(first)).Last.FinishReason);
        Assert.Equal(FinishReason.EndOfGeneration, (await EngineHarness.ReadAsync(second)).Last.FinishReason);
        await EngineHarness.ReadAsync(running);
        await harness.WaitIdleAsync();
        (place, _) = harness.Engine.TryEnter("");
        Assert.NotNull(place);
        place.Dispose();
    }

    [Fact]
    public async Task Waiting_too_long_fails_by_queue_timeout_and_running_too_long_by_deadline()
    {
        var runner = new ScriptedRunner(_ => 'x', sequences: 1, contextLength: 1_000_000);
        runner.OnDecode = _ =>
        {
            Thread.Sleep(1);
            return DecodeResult.Done;
        };
        var options = new EngineOptions { Parallel = 1, ContextLength = 1_000_000, EventBuffer = 1_000_000, QueueTimeout = TimeSpan.FromMilliseconds(100), RequestTimeout = TimeSpan.FromMilliseconds(400) };
        await using var harness = new EngineHarness(runner, options);
        Generation running = harness.Submit(EngineHarness.Request("a", maxTokens: 900_000));
        await running.Events.WaitToReadAsync();
        Generation waiting = harness.Submit(EngineHarness.Request("b"));
        Assert.Equal(EngineFailureCode.QueueTimeout, (await EngineHarness.ReadAsync(waiting)).Last.Failure!.Code);
        Assert.Equal(EngineFailureCode.DeadlineExceeded, (await EngineHarness.ReadAsync(running)).Last.Failure!.Code);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task A_slow_reader_is_paused_and_loses_nothing()
    {
        byte[] answer = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i} ")));
        await using var harness = new EngineHarness(ScriptedRunner.Answering(answer, promptLength: 1), new EngineOptions { EventBuffer = 4 });
        Generation slow = harness.Submit(EngineHarness.Request("p", maxTokens: 1000));
        while (slow.Events.Count < 4)
        {
            await Task.Delay(1);
        }

        await Task.Delay(20);
        Assert.InRange(slow.Events.Count, 4, 7);
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(slow);
        Assert.Equal(Encoding.UTF8.GetString(answer), text);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_is_dropped_and_others_go_on()
    {
        var runner = new ScriptedRunner(tokens => tokens[0] == 's' ? 'x' : tokens.Count < 300 ? 'y' : ScriptedRunner.EndOfGeneration);
        await using var harness = new EngineHarness(runner, new EngineOptions { EventBuffer = 4, StallTimeout = TimeSpan.FromMilliseconds(50) });
        _ = harness.Submit(EngineHarness.Request("stalled", maxTokens: 900));
        (string text, _, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("reader", maxTokens: 900)));
        Assert.Equal(294, text.Length);
        await harness.WaitIdleAsync();
    }

    [Theory]
    [InlineData((int)DecodeResult.Failed, (int)EngineFailureCode.EngineFault)]
    [InlineData((int)DecodeResult.NoRoom, (int)EngineFailureCode.EngineFault)]
    [InlineData((int)DecodeResult.Aborted, (int)EngineFailureCode.ShuttingDown)]
    public async Task A_failed_decode_fails_its_requests_and_the_engine_goes_on(int result, int code)
    {
        ScriptedRunner runner = ScriptedRunner.Answering("ok"u8.ToArray(), promptLength: 1);
        bool fail = true;
        runner.OnDecode = _ => fail ? (DecodeResult)result : DecodeResult.Done;
        await using var harness = new EngineHarness(runner);
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("p")));
        Assert.Equal((EngineFailureCode)code, last.Failure!.Code);
        fail = false;
        Assert.Equal("ok", (await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("p")))).Text);
    }

    [Fact]
    public async Task Drain_refuses_new_work_and_finishes_the_old_and_stop_frees_the_model()
    {
        ScriptedRunner runner = ScriptedRunner.Answering(new byte[300], promptLength: 1);
        await using var harness = new EngineHarness(runner);
        Generation running = harness.Submit(EngineHarness.Request("p", maxTokens: 400));
        await running.Events.WaitToReadAsync();
        harness.Engine.Drain();
        (QueuePlace? place, EngineFailure? failure) = harness.Engine.TryEnter("");
        Assert.Null(place);
        Assert.Equal(EngineFailureCode.ShuttingDown, failure!.Code);
        Assert.Equal(FinishReason.EndOfGeneration, (await EngineHarness.ReadAsync(running)).Last.FinishReason);
        harness.Engine.Stop();
        await harness.Engine.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(runner.Disposed);
        Assert.Equal(EngineState.Stopped, harness.Engine.State);
    }

    [Fact]
    public async Task An_exception_on_the_decode_thread_fails_all_and_stops_the_engine()
    {
        var runner = new ScriptedRunner(_ => throw new InvalidOperationException("broken model"));
        await using var harness = new EngineHarness(runner);
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("p")));
        Assert.Equal(EngineFailureCode.EngineFault, last.Failure!.Code);
        await harness.Engine.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(EngineState.Stopped, harness.Engine.State);
    }

    [Fact]
    public async Task A_model_that_does_not_load_ends_the_engine_with_its_sentence()
    {
        var engine = new InferenceEngine(new EngineOptions(), _ => (null, "no such model"), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        (QueuePlace? place, _) = engine.TryEnter("");
        engine.Start();
        Assert.Equal("no such model", await engine.Loaded);
        await engine.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(EngineFailureCode.ShuttingDown, (await engine.WaitUntilLoadedAsync(place!, default))!.Code);
    }

    [Fact]
    public async Task Random_cancels_leak_no_sequence_and_disturb_no_other()
    {
        var runner = new ScriptedRunner(tokens => tokens.Count < 60 ? tokens[1] : ScriptedRunner.EndOfGeneration);
        await using var harness = new EngineHarness(runner, new EngineOptions { QueueLimit = 1000 });
        var random = new Random(7);
        for (int round = 0; round < 500; round++)
        {
            char letter = (char)('a' + round % 26);
            Generation victim = harness.Submit(EngineHarness.Request($"v{letter}{round}"));
            Generation other = harness.Submit(EngineHarness.Request($"o{letter}"));
            for (int i = random.Next(40); i > 0 && await victim.Events.WaitToReadAsync(); i--)
            {
                victim.Events.TryRead(out _);
            }

            victim.Dispose();
            Assert.Equal(new string(letter, 58), (await EngineHarness.ReadAsync(other)).Text);
        }

        await harness.WaitIdleAsync();
    }
}
