using System.Text;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Engine;

public sealed class ConstraintTests
{
    private const string Head = "{\"name\":\"";

    [Fact]
    public async Task Masked_tokens_and_forced_spans_give_the_constrained_text()
    {
        var runner = new ScriptedRunner(_ => 'x');
        ScriptedConstraint constraint = Record(letters: 3);
        (string text, GenerationEvent last, _) = await RunAsync(runner, EngineHarness.Request("prompt"), constraint);
        Assert.Equal("{\"name\":\"xxx\"}", text);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        Assert.Equal(text.Length + 1, last.Usage.CompletionTokens);

        // The head is one batch behind the prompt, only its last row with logits; the tail goes with the last letter.
        BatchRow[] head = runner.Calls[1];
        Assert.Equal(Head, string.Concat(head.Select(row => (char)row.Token)));
        Assert.Equal(Enumerable.Repeat(false, Head.Length - 1).Append(true), head.Select(row => row.WantLogits));
        Assert.Equal(["x", "x", "x\"}"], runner.Calls.Skip(2).Select(call => string.Concat(call.Select(row => (char)row.Token))));
        Assert.Equal(4, constraint.States.Single().Masks);
    }

    [Fact]
    public async Task Without_forced_spans_the_text_is_the_same()
    {
        foreach (bool forces in (bool[])[true, false])
        {
            var runner = new ScriptedRunner(tokens => 'a' + tokens.Count % 26);
            (string text, _, _) = await RunAsync(runner, EngineHarness.Request("prompt"), Record(letters: 9, forces));
            Assert.Equal("{\"name\":\"pqrstuvwx\"}", text);
        }
    }

    [Fact]
    public async Task Max_tokens_ends_by_length_within_a_span()
    {
        for (int most = 1; most < 14; most++)
        {
            (string text, GenerationEvent last, _) = await RunAsync(new ScriptedRunner(_ => 'x'), EngineHarness.Request("prompt", most), Record(letters: 3));
            Assert.Equal("{\"name\":\"xxx\"}"[..most], text);
            Assert.Equal((FinishReason.Length, most), (last.FinishReason, last.Usage.CompletionTokens));
        }
    }

    [Fact]
    public async Task The_context_ends_by_length_within_a_span()
    {
        var runner = new ScriptedRunner(_ => 'x', contextLength: 20);
        (string text, GenerationEvent last, _) = await RunAsync(
            runner, EngineHarness.Request("prompt", 15), Record(letters: 3), new EngineOptions { ContextLength = 12 });
        Assert.Equal("{\"name\"", text);
        Assert.Equal(FinishReason.Length, last.FinishReason);
    }

    [Fact]
    public async Task A_stop_string_ends_within_a_span()
    {
        (string text, GenerationEvent last, _) = await RunAsync(new ScriptedRunner(_ => 'x'), EngineHarness.Request("prompt", 100, "me\""), Record(letters: 3));
        Assert.Equal("{\"na", text);
        Assert.Equal((FinishReason.StopString, 7), (last.FinishReason, last.Usage.CompletionTokens));
    }

    [Fact]
    public async Task A_span_longer_than_a_batch_goes_in_parts_and_room_is_left_for_others()
    {
        string constant = new('c', 300);
        var runner = new ScriptedRunner(_ => 'x', batchSize: 16);
        await using var harness = new EngineHarness(runner);
        var constraint = new ScriptedConstraint(text => text.Length < constant.Length ? "c" : "$");
        List<Generation> generations = [.. Enumerable.Range(0, 6).Select(i => harness.Submit(EngineHarness.Request($"p{i}", 400) with { Constraint = constraint }))];
        foreach (Generation generation in generations)
        {
            Assert.Equal(constant, (await EngineHarness.ReadAsync(generation)).Text);
        }
    }

    [Fact]
    public async Task Bans_that_would_leave_nothing_are_ignored()
    {
        // ignore_eos, and a bias against all letters that may come.
        GenerationRequest request = EngineHarness.Request("prompt") with
        {
            IgnoreEndOfGeneration = true,
            Sampling = new() { Temperature = 0, LogitBias = new Dictionary<int, float> { ['x'] = float.NegativeInfinity, ['"'] = float.NegativeInfinity } },
        };
        var constraint = new ScriptedConstraint(text => text.Length switch { 0 => "x", 1 => "\"y", _ => "$" });
        (string text, GenerationEvent last, _) = await RunAsync(new ScriptedRunner(_ => 'x'), request, constraint);
        Assert.Equal("xy", text);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
    }

    [Fact]
    public async Task Free_text_is_sampled_without_a_mask_and_the_constraint_sees_it()
    {
        // Free until '<'; then one of the digits; then free again.
        var constraint = new ScriptedConstraint(text => text.EndsWith('<') ? "12" : null);
        var runner = ScriptedRunner.Answering("ab<9cd"u8.ToArray(), promptLength: 6);
        (string text, _, _) = await RunAsync(runner, EngineHarness.Request("prompt"), constraint);
        Assert.Equal("ab<1cd", text);
        Assert.Equal(1, constraint.States.Single().Masks);
    }

    [Fact]
    public async Task Each_choice_has_a_state_of_its_own()
    {
        ScriptedConstraint constraint = Record(letters: 3);
        var runner = new ScriptedRunner(tokens => 'a' + tokens.Count % 3);
        (_, _, List<GenerationEvent> events) = await RunAsync(runner, EngineHarness.Request("prompt") with { Choices = 5 }, constraint);
        Assert.Equal(5, constraint.States.Count);
        for (int choice = 0; choice < 5; choice++)
        {
            string text = string.Concat(events.Where(item => item.Choice == choice).Select(item => Encoding.UTF8.GetString(item.Text.Span)));
            Assert.Equal("{\"name\":\"abc\"}", text);
        }
    }

    [Fact]
    public async Task Drafts_are_cut_at_what_is_not_allowed_and_change_no_text()
    {
        // Text that repeats itself, so that the lookup guesses; a digit may come only at each seventh place.
        var random = new Random(3);
        for (int round = 0; round < 40; round++)
        {
            int period = random.Next(4, 12);
            int maxRollback = random.Next(0, 9);
            bool forces = round % 2 == 0;
            string Allowed(string text) => text.Length >= 120 ? "$" : text.Length % 7 == 6 ? "0123" : text.Length % 7 == 3 ? "-" : "abcdefgh";
            int Next(IReadOnlyList<int> tokens) => "abcdefgh0123"[tokens.Count % period];
            string? expected = null;
            foreach (int drafts in (int[])[0, 8])
            {
                var constraint = new ScriptedConstraint(Allowed) { Forces = forces, MaxRollback = maxRollback };
                (string text, GenerationEvent last, _) = await RunAsync(
                    new ScriptedRunner(Next), EngineHarness.Request("prompt", 200), constraint, new EngineOptions { MaxDraftTokens = drafts });
                expected ??= text;
                Assert.Equal(expected, text);
                Assert.Equal(121, last.Usage.CompletionTokens);
                if (drafts > 0 && maxRollback > 4)
                {
                    Assert.True(last.Usage.AcceptedDraftTokens > 10, $"{last.Usage}");
                }
            }
        }
    }

    [Fact]
    public async Task A_broken_constraint_fails_its_own_request_only()
    {
        ScriptedRunner runner = new(_ => 'x');
        await using var harness = new EngineHarness(runner);
        ITokenConstraintFactory[] broken =
        [
            new ScriptedConstraint(_ => "xy") { Refused = 'x' },
            new ScriptedConstraint(_ => ""),
            new ScriptedConstraint(_ => "x") { Refused = 'x' },
        ];
        Generation good = harness.Submit(EngineHarness.Request("good", 50));
        foreach (ITokenConstraintFactory constraint in broken)
        {
            (_, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(EngineHarness.Request("bad") with { Constraint = constraint, Choices = 2 }));
            Assert.Equal(EngineFailureCode.EngineFault, last.Failure?.Code);
        }

        Assert.Equal(new string('x', 50), (await EngineHarness.ReadAsync(good)).Text);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task Cancel_within_a_constrained_answer_frees_the_sequence()
    {
        await using var harness = new EngineHarness(new ScriptedRunner(_ => 'x', contextLength: 10_000), new EngineOptions { Parallel = 1, ContextLength = 10_000, EventBuffer = 10_000 });
        Generation generation = harness.Submit(EngineHarness.Request("a", 9000) with { Constraint = new ScriptedConstraint(_ => "xy") });
        while (await generation.Events.WaitToReadAsync() && generation.Events.TryRead(out GenerationEvent item) && item.Kind != GenerationEventKind.Text)
        {
        }

        generation.Dispose();
        Assert.Equal(FinishReason.Cancelled, (await EngineHarness.ReadAsync(generation)).Last.FinishReason);
        await harness.WaitIdleAsync();
    }

    [Fact]
    public async Task Allowed_stop_banned_and_minimum_tokens()
    {
        static int Next(IReadOnlyList<int> tokens) => tokens.Count < 9 ? ScriptedRunner.EndOfGeneration : 'x';
        ulong[] allowed = new ulong[TokenMask.WordCount(257)];
        allowed['a' / 64] |= 1UL << ('a' % 64) | 1UL << ('b' % 64);
        (string text, _, _) = await RunAsync(new ScriptedRunner(Next), EngineHarness.Request("prompt", 3) with { AllowedTokens = allowed }, null);
        Assert.Equal("aaa", text);

        (text, GenerationEvent last, _) = await RunAsync(new ScriptedRunner(Next), EngineHarness.Request("prompt", 9) with { StopTokens = ['x'], MinTokens = 5 }, null);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        Assert.Equal((5, 6), (text.Length, last.Usage.CompletionTokens));

        (text, _, _) = await RunAsync(
            new ScriptedRunner(tokens => "abc"[tokens.Count % 3]), EngineHarness.Request("prompt", 6) with { BannedSequences = [['a', 'b', 'c']] }, null);
        Assert.Equal("ab\0ab\0", text);
    }

    // {"name":"…"} with as many letters.
    private static ScriptedConstraint Record(int letters, bool forces = true) => new(text =>
        text.Length < Head.Length ? Head[text.Length..(text.Length + 1)]
        : text.Length < Head.Length + letters ? "abcdefghijklmnopqrstuvwxyz"
        : text.Length == Head.Length + letters ? "\""
        : text.Length == Head.Length + letters + 1 ? "}"
        : "$") { Forces = forces };

    private static async Task<(string Text, GenerationEvent Last, List<GenerationEvent> Events)> RunAsync(
        ScriptedRunner runner, GenerationRequest request, ScriptedConstraint? constraint, EngineOptions? options = null)
    {
        await using var harness = new EngineHarness(runner, options);
        return await EngineHarness.ReadAsync(harness.Submit(request with { Constraint = constraint }));
    }
}
