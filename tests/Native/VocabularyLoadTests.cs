using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>A vocabulary that loads in the background, when something goes wrong.</summary>
[Collection("native")]
public sealed class VocabularyLoadTests
{
    private static readonly string Demo = RepositoryFiles.Path("assets/mistralserve-demo.gguf");

    [Fact]
    public void What_is_thrown_on_the_thread_is_thrown_where_it_is_waited_for()
    {
        using VocabularyLoad load = VocabularyLoad.Begin(Demo, () => throw new EntryPointNotFoundException("no such function"));
        Assert.Equal("no such function", Assert.Throws<EntryPointNotFoundException>(() => load.Finish()).Message);
    }

    [Fact]
    public void A_library_that_is_refused_is_a_sentence()
    {
        using VocabularyLoad load = VocabularyLoad.Begin(Demo, () => "it is not here");
        Assert.Equal((null, "it is not here"), load.Finish());
    }

    [Fact]
    public void A_vocabulary_that_nobody_takes_is_freed_and_one_that_was_taken_stays()
    {
        LlamaReference.LoadLibraries();
        VocabularyLoad.Begin(Demo, () => null).Dispose();
        VocabularyLoad load = VocabularyLoad.Begin(Demo, () => null);
        (LlamaModelHandle? model, string? problem) = load.Finish();
        load.Dispose();
        Assert.Null(problem);
        Assert.False(model!.IsClosed);
        model.Dispose();
    }

    [Fact]
    public void A_load_that_is_refused_after_it_has_begun_is_a_sentence()
    {
        ModelDescription model = ModelDescriptionReader.Read(Demo, alias: null, isDemo: true).Model!;
        using ModelLoader loader = new(model, new ModelLoadOptions(AppContext.BaseDirectory, "auto", 2), NullLoggerFactory.Instance);
        loader.Begin();
        ContextLayout layout = ContextLayout.Choose(model, new EngineOptions { Parallel = 256, ContextLength = 16_000_000 }, null, null, long.MaxValue);
        (IRunner? runner, string? problem) = loader.Load(layout, _ => true);
        Assert.Null(runner);
        Assert.Contains("lower --ctx-size or --parallel", problem, StringComparison.Ordinal);
    }
}
