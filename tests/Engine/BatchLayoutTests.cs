using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>What the batches look like: adjacent sequences, throw-away rows in gaps, guesses.</summary>
public sealed class BatchLayoutTests
{
    [Fact]
    public async Task A_gap_between_running_sequences_is_filled_and_leaves_the_cache_as_it_was()
    {
        // Sequence 1 ends early; 0 and 2 go on with a filler between them.
        var runner = new ScriptedRunner(tokens => tokens.Count < (tokens[1] == 'b' ? 5 : 120) ? tokens[1] : ScriptedRunner.EndOfGeneration, sequences: 3);
        using var allAreThere = new ManualResetEventSlim();
        runner.OnDecode = _ =>
        {
            allAreThere.Wait();
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 3, MaxDraftTokens = 0 });
        List<Generation> generations = [.. "abc".Select(letter => harness.Submit(EngineHarness.Request($"p{letter}", 200)))];
        allAreThere.Set();
        foreach (Generation generation in generations)
        {
            await EngineHarness.ReadAsync(generation);
        }

        Assert.Contains(runner.Calls, call => call.Length == 3 && call.Select(row => row.Sequence).SequenceEqual([0, 1, 2]) && !call[1].WantLogits && call[1].Position == 5);
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("pbbb!", 5)));
        Assert.Equal(4, last.Usage.CachedTokens);
    }

    [Fact]
    public async Task Repeated_text_is_guessed_and_the_answer_is_the_same()
    {
        const string Text = "the quick brown fox jumps over the lazy dog. ";
        string prompt = Text + Text;
        var runner = new ScriptedRunner(tokens => tokens.Count < 400 ? Text[tokens.Count % Text.Length] : ScriptedRunner.EndOfGeneration);
        await using var harness = new EngineHarness(runner, new EngineOptions { MaxDraftTokens = 16 });
        (string guessed, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(prompt, 1000)));
        int calls = runner.CallCount;
        (string plain, GenerationEvent without, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(prompt, 1000) with { Speculate = false }));
        Assert.Equal(plain, guessed);
        Assert.True(calls * 4 < runner.CallCount - calls, $"{calls} calls with guesses, {runner.CallCount - calls} without");
        Assert.InRange(last.Usage.AcceptedDraftTokens, 250, 400);
        Assert.Equal(0, without.Usage.AcceptedDraftTokens);
        Assert.Equal(plain.Length + 1, last.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Wrong_guesses_leave_no_trace_and_become_rare()
    {
        // A checksum over all tokens: what looks like a repetition never goes on alike.
        var runner = new ScriptedRunner(tokens => tokens.Count < 500 ? 'a' + (tokens.Sum() + tokens.Count / 7) % 3 : ScriptedRunner.EndOfGeneration);
        await using var harness = new EngineHarness(runner, new EngineOptions { MaxDraftTokens = 16 });
        (string guessed, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("abcabcabc", 600)));
        (string plain, _, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("abcabcabc", 600) with { Speculate = false }));
        Assert.Equal(plain, guessed);
        Assert.InRange(last.Usage.RejectedDraftTokens, 1, plain.Length);
    }

    [Fact]
    public async Task Stop_strings_and_limits_hold_inside_an_accepted_guess()
    {
        const string Text = "alpha beta gamma delta ";
        var runner = new ScriptedRunner(tokens => Text[tokens.Count % Text.Length]);
        await using var harness = new EngineHarness(runner, new EngineOptions { ContextLength = 1024, MaxDraftTokens = 16 });
        string prompt = string.Concat(Enumerable.Repeat(Text, 3));
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(prompt, 500, "mma")));
        Assert.Equal("alpha beta ga", text);
        Assert.Equal(FinishReason.StopString, last.FinishReason);
        (text, last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(prompt, 30)));
        Assert.Equal((Text + Text)[..30], text);
        Assert.Equal(30, last.Usage.CompletionTokens);
        (text, last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(prompt, 5000)));
        Assert.Equal(FinishReason.Length, last.FinishReason);
    }

    [Fact]
    public async Task Models_that_cannot_be_cut_get_neither_guesses_nor_fillers()
    {
        const string Text = "the quick brown fox jumps over the lazy dog. ";
        var runner = new ScriptedRunner(tokens => tokens.Count < 300 ? Text[tokens.Count % Text.Length] : ScriptedRunner.EndOfGeneration) { CanCut = false };
        await using var harness = new EngineHarness(runner, new EngineOptions { MaxDraftTokens = 16 });
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(Text + Text, 1000)));
        Assert.Equal(0, last.Usage.AcceptedDraftTokens + last.Usage.RejectedDraftTokens);
        Assert.All(runner.Calls, call => Assert.True(call.Length == 1 || call.Count(row => row.WantLogits) <= 1));
    }

    [Fact]
    public async Task Without_room_cached_prefixes_go_first()
    {
        ScriptedRunner runner = ScriptedRunner.Answering("ok"u8.ToArray(), promptLength: 1);
        await using var harness = new EngineHarness(runner, new EngineOptions { MaxDraftTokens = 16 });
        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("x")));
        int refused = 0;
        runner.OnDecode = _ => refused++ == 0 ? DecodeResult.NoRoom : DecodeResult.Done;
        Assert.Equal("ok", (await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("p")))).Text);
        Assert.True(refused > 1);
    }
}
