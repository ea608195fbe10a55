using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Native;

/// <summary>The real library with real models. Not in parallel with others: two spinning engines slow each other.</summary>
[Collection("native")]
public sealed class LlamaEngineTests
{
    private const string Paris = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n";

    public static TheoryData<string> Models => ["assets/mistralserve-demo.gguf", "../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf"];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Greedy_output_of_a_lone_request_is_llama_cpps_own_token_by_token(string model)
    {
        string path = model.StartsWith("../shared/", StringComparison.Ordinal) ? RepositoryFiles.Shared(model["../shared/".Length..]) : RepositoryFiles.Path(model);
        const int MaxTokens = 64;
        await using EngineHarness harness = Start(path);
        Assert.Null(await harness.Engine.Loaded);
        IVocabulary vocabulary = harness.Engine.Vocabulary;
        foreach (string text in (string[])[Paris, Paris.Replace("What is the capital of France?", "Tell me about the sea.", StringComparison.Ordinal)])
        {
            int[] prompt = vocabulary.Tokenize(Encoding.UTF8.GetBytes(text), addSpecial: true, parseSpecial: true);
            List<int> expected = LlamaReference.Greedy(path, prompt, MaxTokens, threads: 2);
            (string ours, GenerationEvent last, _) = await EngineHarness.ReadAsync(
                harness.Submit(new GenerationRequest { Prompt = prompt, MaxTokens = MaxTokens, Sampling = new() { Temperature = 0 } }));
            Assert.Equal(Decode(vocabulary, expected), ours);
            Assert.Equal(expected.Count, last.Usage.CompletionTokens);
        }
    }

    [Fact]
    public async Task SmolLM2_knows_the_capital_of_France_through_the_chat_service()
    {
        string path = RepositoryFiles.Shared("models/SmolLM2-135M-Instruct-Q4_1.gguf");
        (InferenceEngine engine, ChatService chat) = StartChat(path);
        var request = new ChatGeneration
        {
            Messages = [new("system", "You are a helpful assistant."), new("user", "What is the capital of France?")],
            MaxTokens = 32,
            Sampling = new() { Temperature = 0 },
        };
        ChatStartResult result = await chat.StartAsync(request, default);
        (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(result.Run!.Generation);
        Assert.Equal("The capital of France is Paris.", text);
        Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
        engine.Stop();
        await engine.Ended;
    }

    [Fact]
    public void The_library_is_the_pinned_one_and_its_structs_are_ours()
    {
        LlamaReference.LoadLibraries();
        Assert.Null(AbiCheck.FindMismatch());
    }

    [Fact]
    public async Task A_prompt_that_cannot_fit_is_refused_before_tokenising()
    {
        string path = RepositoryFiles.Path("assets/mistralserve-demo.gguf");
        (InferenceEngine engine, ChatService chat) = StartChat(path);
        ChatStartResult result = await chat.StartAsync(new ChatGeneration { Messages = [new("user", new string('x', 20_000_000))] }, default);
        Assert.Equal(EngineFailureCode.ContextLengthExceeded, result.Failure!.Code);
        Assert.Equal("messages", result.Failure.Param);
        result = await chat.StartAsync(new ChatGeneration { Messages = [new("user", string.Concat(Enumerable.Repeat("hello ", 3000)))] }, default);
        Assert.Equal(EngineFailureCode.ContextLengthExceeded, result.Failure!.Code);
        Assert.Equal(0, engine.ActiveCount);
        engine.Stop();
    }

    [Fact]
    public async Task More_sequences_than_tokens_of_a_context_run_together()
    {
        (InferenceEngine engine, ChatService chat) = StartChat(
            RepositoryFiles.Path("assets/mistralserve-demo.gguf"), new EngineOptions { ContextLength = 32, Parallel = 64 });
        Assert.Null(await engine.Loaded);
        var request = new ChatGeneration { Messages = [new("user", "Hi")], MaxTokens = 8, IgnoreEndOfGeneration = true };
        ChatStartResult[] started = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => chat.StartAsync(request, default).AsTask()));
        foreach (ChatStartResult result in started)
        {
            Assert.Equal(FinishReason.Length, (await EngineHarness.ReadAsync(result.Run!.Generation)).Last.FinishReason);
        }

        engine.Stop();
        await engine.Ended;
    }

    [Fact]
    public void A_context_that_the_library_cannot_count_is_a_sentence()
    {
        LlamaReference.LoadLibraries();
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(
            RepositoryFiles.Path("assets/mistralserve-demo.gguf"), new LlamaContextOptions(16_777_216, 256, 512, 2), _ => true);
        Assert.Null(runner);
        Assert.Contains("lower --ctx-size or --parallel", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_beside_a_vocabulary_compute_what_the_whole_model_computes()
    {
        LlamaReference.LoadLibraries();
        string path = RepositoryFiles.Path("assets/mistralserve-demo.gguf");
        ModelDescription model = ModelDescriptionReader.Read(path, alias: null, isDemo: true).Model!;
        var options = new LlamaContextOptions(256, 1, 256, 2);
        using LlamaRunner whole = LlamaRunner.Load(path, options, _ => true).Runner!;
        using LlamaRunner parts = LlamaRunner.Load(path, options with { Vocabulary = new VocabularyShape(model.Architecture, model.VocabularySize) }, _ => true).Runner!;
        int[] tokens = parts.Vocabulary.Tokenize("Hello, who are you?"u8, addSpecial: true, parseSpecial: true);
        Assert.Equal(whole.Vocabulary.Tokenize("Hello, who are you?"u8, addSpecial: true, parseSpecial: true), tokens);
        BatchRow[] rows = [.. tokens.Select((token, index) => new BatchRow(token, index, 0, WantLogits: index == tokens.Length - 1))];
        Assert.Equal(DecodeResult.Done, whole.Decode(rows));
        Assert.Equal(DecodeResult.Done, parts.Decode(rows));
        Assert.True(whole.GetLogits(rows.Length - 1).SequenceEqual(parts.GetLogits(rows.Length - 1)));
    }

    [Fact]
    public void Weights_that_do_not_fit_their_vocabulary_are_a_sentence()
    {
        LlamaReference.LoadLibraries();
        var options = new LlamaContextOptions(256, 1, 256, 2) { Vocabulary = new VocabularyShape("llama", 7) };
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), options, _ => true);
        Assert.Null(runner);
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_load_that_is_given_up_leaves_nothing_behind()
    {
        LlamaReference.LoadLibraries();
        string path = RepositoryFiles.Path("assets/mistralserve-demo.gguf");
        ModelDescription model = ModelDescriptionReader.Read(path, alias: null, isDemo: true).Model!;
        var options = new LlamaContextOptions(256, 1, 256, 2) { Vocabulary = new VocabularyShape(model.Architecture, model.VocabularySize) };
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(path, options, _ => false);
        Assert.Null(runner);
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_disposed_model_may_still_be_asked_and_stopped()
    {
        LlamaReference.LoadLibraries();
        LlamaRunner runner = LlamaRunner.Load(
            RepositoryFiles.Path("assets/mistralserve-demo.gguf"), new LlamaContextOptions(256, 1, 256, 2), _ => true).Runner!;
        Assert.Equal(DecodeResult.Done, runner.Decode([new BatchRow(1, 0, 0, WantLogits: true)]));
        int activity = runner.ActivityCount;
        Assert.NotEqual(0, activity);
        runner.Dispose();
        Assert.Equal(activity, runner.ActivityCount);
        runner.RequestAbort();
    }

    private static EngineHarness Start(string path)
    {
        LlamaReference.LoadLibraries();
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(path, new LlamaContextOptions(1024, 4, 512, 2), _ => true);
        Assert.True(runner is not null, problem);
        return new EngineHarness(runner, new EngineOptions { ContextLength = 1024 });
    }

    private static (InferenceEngine Engine, ChatService Chat) StartChat(string path, EngineOptions? options = null)
    {
        ModelDescription model = ModelDescriptionReader.Read(path, alias: null, isDemo: false).Model!;
        options ??= new EngineOptions { ContextLength = 512 };
        var loader = new ModelLoader(model, new ModelLoadOptions(AppContext.BaseDirectory, "auto", 2), NullLoggerFactory.Instance);
        ContextLayout layout = ContextLayout.Choose(model, options, null, false, long.MaxValue);
        var engine = new InferenceEngine(options, progress => loader.Load(layout, progress), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        engine.Start();
        var constraints = new ModelConstraintCompiler(new JsonGrammarBuilder());
        var template = new ChatTemplateSource(model.ChatTemplate!);
        return (engine, new ChatService(new GenerationStarter(model, engine, constraints), template, constraints, TimeProvider.System, NullLogger.Instance));
    }

    private static string Decode(IVocabulary vocabulary, List<int> tokens)
    {
        var text = new OutputText([]);
        tokens.ForEach(token => text.Append(vocabulary.GetBytes(token)));
        text.Flush();
        return Encoding.UTF8.GetString(text.Take().Span);
    }
}
