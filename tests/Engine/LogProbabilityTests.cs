using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Engine;

public sealed class LogProbabilityTests
{
    // One logit of 10 among 256 of 0.
    private static readonly double Likely = 10 - Math.Log(Math.Exp(10) + 256);
    private static readonly double Unlikely = Likely - 10;

    [Fact]
    public async Task Each_event_reports_exactly_the_tokens_of_its_text()
    {
        byte[] answer = Encoding.UTF8.GetBytes("Hé😀 STARt!");
        await using var harness = new EngineHarness(ScriptedRunner.Answering(answer, promptLength: 6, score: 10));
        (string text, GenerationEvent last, List<GenerationEvent> events) = await EngineHarness.ReadAsync(
            harness.Submit(EngineHarness.Request("prompt", 100, "START") with { TopLogProbabilities = 3 }));
        Assert.Equal("Hé😀 STARt!", text);
        List<GenerationEvent> texts = [.. events.Where(item => item.Kind == GenerationEventKind.Text)];
        Assert.All(texts, item => Assert.Equal(item.Text.ToArray(), item.Tokens!.Select(report => (byte)report.Token.Token)));
        Assert.Null(last.Tokens);
        foreach (TokenReport report in texts.SelectMany(item => item.Tokens!))
        {
            Assert.Equal(Likely, report.Token.LogProbability, 1e-5);
            Assert.Equal(3, report.Top.Count);
            Assert.Equal(report.Token, report.Top[0]);
            Assert.Equal(Unlikely, report.Top[1].LogProbability, 1e-5);
        }
    }

    [Fact]
    public async Task They_are_the_models_own_before_bias_penalties_and_mask_and_forced_tokens_have_them()
    {
        var constraint = new ScriptedConstraint(text => text.Length == 0 ? "a" : text.Length == 1 ? "bx" : "$");
        GenerationRequest request = EngineHarness.Request("prompt") with
        {
            Constraint = constraint,
            TopLogProbabilities = 1,
            Sampling = new() { Temperature = 0, LogitBias = new Dictionary<int, float> { ['b'] = 50 } },
        };
        await using var harness = new EngineHarness(new ScriptedRunner(_ => 'x') { Score = 10 });
        (string text, _, List<GenerationEvent> events) = await EngineHarness.ReadAsync(harness.Submit(request));
        Assert.Equal("ab", text);
        TokenReport[] reports = [.. events.SelectMany(item => item.Tokens ?? [])];
        Assert.Equal(["a", "b"], reports.Select(report => $"{(char)report.Token.Token}"));
        Assert.All(reports, report => Assert.Equal(Unlikely, report.Token.LogProbability, 1e-5));
        Assert.All(reports, report => Assert.Equal('x', report.Top.Single().Token));
    }

    [Fact]
    public async Task Tokens_of_a_stop_string_are_dropped_and_those_of_a_lost_character_come_with_the_end()
    {
        await using var harness = new EngineHarness(ScriptedRunner.Answering("one two"u8.ToArray(), promptLength: 6, score: 10));
        (_, GenerationEvent last, List<GenerationEvent> events) = await EngineHarness.ReadAsync(
            harness.Submit(EngineHarness.Request("prompt", 100, " two") with { TopLogProbabilities = 0 }));
        Assert.Equal("one", string.Concat(events.SelectMany(item => item.Tokens ?? []).Select(report => (char)report.Token.Token)));

        await using var cut = new EngineHarness(ScriptedRunner.Answering(Encoding.UTF8.GetBytes("😀"), promptLength: 6, score: 10));
        (_, last, _) = await EngineHarness.ReadAsync(cut.Submit(EngineHarness.Request("prompt", 3) with { TopLogProbabilities = 0 }));
        Assert.Equal(3, last.Tokens!.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task The_prompt_is_scored_in_parts_without_the_cache(int maxTokens)
    {
        // Each token is followed by the next letter.
        var runner = new ScriptedRunner(tokens => 'a' + ((tokens[^1] - 'a' + 1) % 26)) { Score = 10 };
        await using var harness = new EngineHarness(runner);
        string prompt = string.Concat(Enumerable.Range(0, 100).Select(i => (char)('a' + (i % 26)))) + "x";
        for (int round = 0; round < 2; round++)
        {
            GenerationRequest request = EngineHarness.Request(prompt, maxTokens) with { ScorePrompt = true, TopLogProbabilities = 1, Choices = 2 };
            (_, GenerationEvent last, List<GenerationEvent> events) = await EngineHarness.ReadAsync(harness.Submit(request));
            GenerationEvent scored = events.Single(item => item.Kind == GenerationEventKind.PromptScored);
            Assert.Equal(0, scored.Choice);
            Assert.Equal(prompt, string.Concat(scored.Tokens!.Select(report => (char)report.Token.Token)));
            Assert.True(float.IsNaN(scored.Tokens![0].Token.LogProbability));
            Assert.All(scored.Tokens!.Skip(1).SkipLast(1), report => Assert.Equal(Likely, report.Token.LogProbability, 1e-5));
            Assert.Equal(Unlikely, scored.Tokens![^1].Token.LogProbability, 1e-5);
            Assert.Equal(FinishReason.Length, last.FinishReason);
            Assert.Equal(maxTokens * 2, events.Where(item => item.Kind == GenerationEventKind.Finished).Sum(item => item.Usage.CompletionTokens));
            Assert.All(runner.Calls, call => Assert.True(call.Count(row => row.WantLogits) <= 33));
        }

        await harness.WaitIdleAsync();
    }
}
