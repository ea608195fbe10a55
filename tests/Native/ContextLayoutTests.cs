using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Native;

public sealed class ContextLayoutTests
{
    private const long MebiByte = 1024 * 1024;

    // SmolLM2-135M's shape: 30 layers, 3 key and value heads of 64.
    private static readonly ModelDescription Small = new() { Id = "m", Path = "/m", Architecture = "llama", KeyValueElementsPerToken = 30 * 3 * 128, HeadSize = 64 };

    [Theory]
    [InlineData(100_000, 2)]
    [InlineData(6 * 90, 2)]
    [InlineData(5 * 90, 1)]
    [InlineData(4 * 90, 0)]
    [InlineData(1, 0)]
    public void Cache_streams_are_what_the_memory_limit_leaves(long limitMebibytes, int expected)
    {
        ContextLayout layout = ContextLayout.Choose(Small, new EngineOptions { CacheStreams = 2 }, null, false, limitMebibytes * MebiByte);
        Assert.Equal(expected, layout.CacheStreams);
        Assert.Equal((4 + expected) * 90 * MebiByte, layout.KeyValueBytes);
    }

    [Fact]
    public void Flash_attention_is_off_unless_told_and_keys_may_be_halved()
    {
        var options = new EngineOptions();
        Assert.False(ContextLayout.Choose(Small, options, null, false, long.MaxValue).FlashAttention);
        Assert.True(ContextLayout.Choose(Small, options, true, false, long.MaxValue).FlashAttention);
        long half = ContextLayout.Choose(Small, options, null, true, long.MaxValue).KeyValueBytes;
        Assert.InRange(half, 4 * 68 * MebiByte, 4 * 70 * MebiByte);
    }

    [Theory]
    [InlineData(64, null, true)]
    [InlineData(128, null, true)]
    [InlineData(80, null, false)]
    [InlineData(0, null, false)]
    [InlineData(64, true, false)]
    public void Keys_are_quantised_by_rule_where_heads_are_whole_blocks_and_the_kernel_is_not_fused(int headSize, bool? flashAttention, bool expected) =>
        Assert.Equal(expected, ContextLayout.Choose(Small with { HeadSize = headSize }, new EngineOptions(), flashAttention, null, long.MaxValue).QuantizedKeys);

    [Fact]
    public void The_demo_model_has_the_shape_its_header_tells()
    {
        ModelDescription model = ModelDescriptionReader.Read(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), null, false).Model!;
        Assert.InRange(model.HeadSize, 16, 256);
        Assert.InRange(model.KeyValueElementsPerToken, 256, 100_000);
    }
}
