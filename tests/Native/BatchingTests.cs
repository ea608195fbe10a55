using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Native;

/// <summary>Batch neighbours, shared prefixes and guesses must not change an answer, with real models.</summary>
[Collection("native")]
public sealed class BatchingTests
{
    private const string Template = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{0}<|im_end|>\n<|im_start|>assistant\n";

    // Largest change of a logit between batch shapes, measured on SmolLM2: 0.15 to 0.5.
    private const float LargestLogitChange = 0.5f;

    private const int MaxTokens = 32;

    private static readonly string[] Questions =
    [
        "What is the capital of France?", "Tell me about the sea.", "Who are you?", "What is two plus two?",
        "Name three colours.", "Why is the sky blue?", "Write a haiku about rain.", "What is a compiler?",
        "How do birds fly?", "What is the largest ocean?", "Say hello in Italian.", "What is bread made of?",
        "Give me a recipe for soup.", "What is the speed of light?", "Who wrote Hamlet?", "Count from one to ten.",
    ];

    public static TheoryData<string, bool> Models => new()
    {
        { "assets/mistralserve-demo.gguf", false },
        { "assets/mistralserve-demo.gguf", true },
        { "../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf", false },
        { "../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf", true },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Sixteen_greedy_requests_at_once_each_get_exactly_the_text_they_get_alone(string model, bool quantizedKeys)
    {
        await using EngineHarness harness = Start(FindModel(model), parallel: 8, quantizedKeys: quantizedKeys);
        Assert.Null(await harness.Engine.Loaded);
        List<GenerationRequest> requests = [.. Questions.Select(question => Request(harness, question))];
        var alone = new List<string>();
        foreach (GenerationRequest request in requests)
        {
            alone.Add((await EngineHarness.ReadAsync(harness.Submit(request with { CachePrompt = false }))).Text);
        }

        List<Generation> together = [.. requests.Select(harness.Submit)];
        for (int i = 0; i < together.Count; i++)
        {
            Assert.Equal(alone[i], (await EngineHarness.ReadAsync(together[i])).Text);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Other_settings_leave_the_lone_answer_only_where_two_tokens_are_about_equally_good(bool flashAttention, bool speculate)
    {
        string path = FindModel("../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf");
        await using EngineHarness harness = Start(path, parallel: 4, flashAttention);
        Assert.Null(await harness.Engine.Loaded);
        List<GenerationRequest> requests = [.. Questions[..8].Select(question => Request(harness, question) with { Speculate = speculate })];
        List<Generation> together = [.. requests.Select(harness.Submit)];
        var texts = new List<string>();
        foreach (Generation generation in together)
        {
            texts.Add((await EngineHarness.ReadAsync(generation)).Text);
        }

        // Only now: beside the engine the reference would slow both many times, and the reading has a limit.
        for (int i = 0; i < texts.Count; i++)
        {
            AssertLeavesAtNearTiesOnly(path, harness, requests[i], texts[i], flashAttention);
        }
    }

    [Fact]
    public async Task Guesses_leave_the_answer_only_where_two_tokens_are_about_equally_good()
    {
        string path = FindModel("../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf");
        const string Code = "def add(a, b):\n    return a + b\n\ndef sub(a, b):\n    return a - b\n\ndef mul(a, b):\n    return a * b\n";
        string[] questions = [$"Repeat this code:\n{Code}", $"Add a function div to this code and print all of it:\n{Code}", "Count from one to twenty, twice."];
        await using EngineHarness harness = Start(path, parallel: 4);
        Assert.Null(await harness.Engine.Loaded);
        int accepted = 0;
        foreach (string question in questions)
        {
            GenerationRequest request = Request(harness, question) with { Speculate = true, MaxTokens = 96 };
            (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(harness.Submit(request));
            accepted += last.Usage.AcceptedDraftTokens;
            AssertLeavesAtNearTiesOnly(path, harness, request, text, flashAttention: false);
        }

        Assert.InRange(accepted, 30, 300);
    }

    [Fact]
    public async Task Random_cancels_disturb_no_other_request()
    {
        await using EngineHarness harness = Start(FindModel("assets/mistralserve-demo.gguf"), parallel: 4);
        Assert.Null(await harness.Engine.Loaded);
        GenerationRequest steady = Request(harness, "Hello!");
        string expected = (await EngineHarness.ReadAsync(harness.Submit(steady))).Text;
        var random = new Random(3);
        for (int round = 0; round < 100; round++)
        {
            Generation victim = harness.Submit(Request(harness, Questions[round % Questions.Length]) with { MaxTokens = 200 });
            Generation other = harness.Submit(steady);
            for (int i = random.Next(12); i > 0 && await victim.Events.WaitToReadAsync(); i--)
            {
                victim.Events.TryRead(out _);
            }

            victim.Dispose();
            Assert.Equal(expected, (await EngineHarness.ReadAsync(other)).Text);
        }

        await harness.WaitIdleAsync();
    }

    private static string FindModel(string model) =>
        model.StartsWith("../shared/", StringComparison.Ordinal) ? RepositoryFiles.Shared(model["../shared/".Length..]) : RepositoryFiles.Path(model);

    private static EngineHarness Start(string path, int parallel, bool flashAttention = false, bool quantizedKeys = false)
    {
        LlamaReference.LoadLibraries();
        var options = new LlamaContextOptions(512, parallel + 2, 512, 2, flashAttention, quantizedKeys);
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(path, options, _ => true);
        Assert.True(runner is not null, problem);
        return new EngineHarness(runner, new EngineOptions { ContextLength = 512, Parallel = parallel, CacheStreams = 2, MaxDraftTokens = 16 });
    }

    private static GenerationRequest Request(EngineHarness harness, string question) => new()
    {
        Prompt = harness.Engine.Vocabulary.Tokenize(Encoding.UTF8.GetBytes(Template.Replace("{0}", question, StringComparison.Ordinal)), addSpecial: true, parseSpecial: true),
        MaxTokens = MaxTokens,
        Sampling = new() { Temperature = 0 },
        Speculate = false,
    };

    // The text is the library's own greedy one, but from a place on where two tokens are about equally good.
    private static void AssertLeavesAtNearTiesOnly(string path, EngineHarness harness, GenerationRequest request, string text, bool flashAttention)
    {
        List<(int Token, float Margin)> lone = LlamaReference.GreedyWithMargins(path, request.Prompt, request.MaxTokens, threads: 2, flashAttention);
        int same = CountCommonTokens(harness.Engine.Vocabulary, lone, text);
        Assert.True(same == lone.Count || lone[same].Margin <= LargestLogitChange, $"{text}: leaves at token {same}, where the best is {lone[Math.Min(same, lone.Count - 1)].Margin} ahead");
    }

    // Tokens of the lone answer that the text begins with.
    private static int CountCommonTokens(IVocabulary vocabulary, List<(int Token, float Margin)> lone, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int position = 0;
        for (int i = 0; i < lone.Count; i++)
        {
            ReadOnlySpan<byte> piece = vocabulary.GetBytes(lone[i].Token);
            bool ends = vocabulary.IsEndOfGeneration(lone[i].Token);
            if (ends ? position != bytes.Length : !bytes.AsSpan(position).StartsWith(piece))
            {
                return i;
            }

            position += piece.Length;
        }

        return lone.Count;
    }
}
