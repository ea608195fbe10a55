using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>The memory of a context comes when it is used, and goes with the context.</summary>
[Collection("native")]
public sealed class ContextMemoryTests
{
    private const int Sequences = 64;
    private const int ContextLength = 8192;

    [Fact]
    public void A_large_cache_takes_memory_when_it_is_used_and_gives_it_back()
    {
        LlamaReference.LoadLibraries();
        string path = RepositoryFiles.Path("assets/mistralserve-demo.gguf");
        ModelDescription model = ModelDescriptionReader.Read(path, alias: null, isDemo: true).Model!;
        var engine = new EngineOptions { Parallel = Sequences, ContextLength = ContextLength, CacheStreams = 0 };
        long bytes = ContextLayout.Choose(model, engine, null, quantizedKeys: false, long.MaxValue).KeyValueBytes;
        Assert.True(bytes > 1L << 28, $"the cache of {bytes} bytes is too small to be seen");
        (long mapped, long resident) = (Read("VmSize"), Read("RssAnon"));
        LlamaRunner runner = LlamaRunner.Load(path, new LlamaContextOptions(ContextLength, Sequences, 512, 2), _ => true).Runner!;
        Assert.InRange(Read("VmSize") - mapped, bytes, long.MaxValue);
        Assert.InRange(Read("RssAnon") - resident, long.MinValue, bytes / 4);

        // The last sequence is as empty as the first.
        Assert.Equal(DecodeResult.Done, runner.Decode([new BatchRow(5, 0, 0, WantLogits: true)]));
        float[] first = runner.GetLogits(0).ToArray();
        Assert.Equal(DecodeResult.Done, runner.Decode([new BatchRow(5, 0, Sequences - 1, WantLogits: true)]));
        Assert.Equal(first, runner.GetLogits(0).ToArray());
        runner.Dispose();
        Assert.InRange(Read("VmSize") - mapped, long.MinValue, bytes / 4);
    }

    // Bytes.
    private static long Read(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[^2]) * 1024;
    }
}
