using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

public sealed class PrefixSharingTests
{
    private static readonly string System = new('s', 200);

    [Fact]
    public async Task Requests_that_arrive_together_compute_a_common_start_once()
    {
        ScriptedRunner runner = Repeating();
        await using var harness = new EngineHarness(runner);
        List<Generation> generations = [.. "abcd".Select(letter => harness.Submit(EngineHarness.Request($"{System}{letter}")))];
        var cached = new List<int>();
        for (int i = 0; i < generations.Count; i++)
        {
            (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(generations[i]);
            Assert.Equal(new string("abcd"[i], 20), text);
            cached.Add(last.Usage.CachedTokens);
        }

        Assert.Equal([0, 200, 200, 200], cached.Order());
        Assert.InRange(CountPromptRows(runner, 's'), 200, 200);
    }

    [Fact]
    public async Task A_start_in_a_running_sequence_is_copied()
    {
        ScriptedRunner runner = Repeating(length: 600);
        runner.OnDecode = _ =>
        {
            Thread.Sleep(1);
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        using Generation running = harness.Submit(EngineHarness.Request($"{System}a", maxTokens: 500));
        await WaitForTextAsync(running);
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request($"{System}b", maxTokens: 5)));
        Assert.Equal("bbbbb", text);
        Assert.Equal(200, last.Usage.CachedTokens);
    }

    [Fact]
    public async Task A_donor_that_is_cancelled_does_not_take_the_others_with_it()
    {
        using var gate = new SemaphoreSlim(0);
        ScriptedRunner runner = Repeating();
        runner.OnDecode = call =>
        {
            if (call == 2)
            {
                gate.Wait();
            }

            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner);
        Generation donor = harness.Submit(EngineHarness.Request($"{System}a"));
        Generation other = harness.Submit(EngineHarness.Request($"{System}b"));
        while (runner.CallCount < 2)
        {
            await Task.Delay(1);
        }

        donor.Dispose();
        gate.Release();
        Assert.Equal(new string('b', 20), (await EngineHarness.ReadAsync(other)).Text);
        Assert.Equal(FinishReason.Cancelled, (await EngineHarness.ReadAsync(donor)).Last.FinishReason);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task Another_conversation_with_the_same_start_leaves_the_first_in_the_cache()
    {
        ScriptedRunner runner = Repeating();
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1, CacheStreams = 3 });
        string first = System + new string('x', 250) + "a";
        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(first)));
        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request($"{System}b")));
        (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(first)));
        Assert.Equal(first.Length - 1, last.Usage.CachedTokens);
    }

    [Fact]
    public async Task The_least_recently_used_prefix_goes_first()
    {
        ScriptedRunner runner = Repeating(sequences: 2);
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1, CacheStreams = 1 });
        foreach (char letter in "pqp")
        {
            await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(new string(letter, 100))));
        }

        await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(new string('r', 100))));
        Assert.Equal(99, (await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request(new string('p', 100))))).Last.Usage.CachedTokens);
    }

    [Fact]
    public async Task Without_cache_prompt_everything_is_computed()
    {
        ScriptedRunner runner = Repeating();
        await using var harness = new EngineHarness(runner);
        for (int round = 0; round < 2; round++)
        {
            (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request($"{System}a") with { CachePrompt = false }));
            Assert.Equal(0, last.Usage.CachedTokens);
        }
    }

    [Fact]
    public async Task Several_choices_compute_their_prompt_once_even_with_fewer_sequences_than_choices()
    {
        ScriptedRunner runner = Repeating(score: 10);
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 3 });
        (_, _, List<GenerationEvent> events) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request($"{System}a") with { Choices = 7, ScoreChoices = true }));
        for (int choice = 0; choice < 7; choice++)
        {
            List<GenerationEvent> own = [.. events.Where(item => item.Choice == choice)];
            Assert.Equal(new string('a', 20), string.Concat(own.Select(item => global::System.Text.Encoding.UTF8.GetString(item.Text.Span))));
            Assert.Equal(GenerationEventKind.Finished, own[^1].Kind);
            Assert.InRange(own[^1].LogProbability, -2, -0.01);
        }

        // The common start once; for each further choice the one token whose logits are not kept.
        Assert.Equal(200, CountPromptRows(runner, 's'));
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task A_cancelled_request_ends_all_its_choices()
    {
        ScriptedRunner runner = Repeating(length: 900);
        runner.OnDecode = _ =>
        {
            Thread.Sleep(1); // else a slow reader comes when all is done
            return DecodeResult.Done;
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 2, EventBuffer = 5000 });
        Generation generation = harness.Submit(EngineHarness.Request("pa", maxTokens: 800) with { Choices = 5 });
        await WaitForTextAsync(generation);
        generation.Dispose();
        (_, _, List<GenerationEvent> events) = await EngineHarness.ReadAsync(generation);
        Assert.Equal(5, events.Count(item => item is { Kind: GenerationEventKind.Finished, FinishReason: FinishReason.Cancelled }));
        await harness.WaitIdleAsync();
        Assert.Equal(FinishReason.EndOfGeneration, (await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("pb", maxTokens: 1000)))).Last.FinishReason);
    }

    [Fact]
    public async Task Random_prompts_with_common_starts_and_cancels_always_get_their_own_text()
    {
        // The answer is a checksum of the whole prompt: a wrong token in the cache shows.
        var runner = new ScriptedRunner(tokens => tokens.Count % 37 == 36 ? ScriptedRunner.EndOfGeneration : 'a' + tokens.Sum() % 26, sequences: 5, contextLength: 512);
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 3, CacheStreams = 2, QueueLimit = 100, ContextLength = 512 });
        var random = new Random(11);
        string[] starts = [.. Enumerable.Range(0, 4).Select(i => string.Concat(Enumerable.Range(0, 120).Select(_ => (char)('a' + random.Next(4)))))];
        for (int round = 0; round < 150; round++)
        {
            List<(GenerationRequest Request, Generation Generation)> batch = [.. Enumerable.Range(0, 5).Select(_ =>
            {
                string start = starts[random.Next(starts.Length)];
                string prompt = start[..random.Next(1, start.Length)] + string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => (char)('a' + random.Next(4))));
                GenerationRequest request = EngineHarness.Request(prompt, 40);
                return (request, harness.Submit(request));
            })];
            batch[random.Next(5)].Generation.Dispose();
            foreach ((GenerationRequest request, Generation generation) in batch)
            {
                (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(generation);
                if (last.FinishReason != FinishReason.Cancelled)
                {
                    Assert.Equal(Expected(request), text);
                }
            }
        }

        await harness.WaitIdleAsync();
    }

    private static string Expected(GenerationRequest request)
    {
        var tokens = request.Prompt.ToList();
        while (tokens.Count - request.Prompt.Length < request.MaxTokens && tokens.Count % 37 != 36)
        {
            tokens.Add('a' + tokens.Sum() % 26);
        }

        return string.Concat(tokens.Skip(request.Prompt.Length).Select(token => (char)token));
    }

    // Repeats the last token of the prompt, which is the first that is no 's' or 'x'.
    private static ScriptedRunner Repeating(int length = 20, int sequences = 4, float score = 100) => new(
        tokens =>
        {
            int end = tokens.ToList().FindIndex(token => token is not ('s' or 'x'));
            return end >= 0 && tokens.Count - end <= length ? tokens[end] : ScriptedRunner.EndOfGeneration;
        },
        sequences)
    {
        Score = score,
    };

    private static int CountPromptRows(ScriptedRunner runner, int token) => runner.Calls.Sum(call => call.Count(row => row.Token == token));

    private static async Task WaitForTextAsync(Generation generation)
    {
        while (await generation.Events.WaitToReadAsync() && generation.Events.TryRead(out GenerationEvent item) && item.Kind != GenerationEventKind.Text)
        {
        }
    }
}
