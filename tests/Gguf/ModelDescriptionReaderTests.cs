using System.Diagnostics;
using MistralServe.Inference;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Gguf;

public sealed class ModelDescriptionReaderTests
{
    private static ModelDescription Model(string path)
    {
        ModelDescriptionResult result = ModelDescriptionReader.Read(path, null, false);
        Assert.Null(result.Problem);
        return result.Model!;
    }

    private static ModelDescription Model(GgufWriter writer)
    {
        using TemporaryFile file = new(writer.ToArray());
        return Model(file.Path);
    }

    private static string Problem(string path)
    {
        ModelDescriptionResult result = ModelDescriptionReader.Read(path, null, false);
        Assert.Null(result.Model);
        Assert.StartsWith($"{path}: ", result.Problem);
        return result.Problem![(path.Length + 2)..];
    }

    private static string Problem(GgufWriter writer)
    {
        using TemporaryFile file = new(writer.ToArray());
        return Problem(file.Path);
    }

    [Fact]
    public void A_small_model_is_described()
    {
        using TemporaryFile file = new(GgufWriter.Model().ToArray());
        ModelDescription model = Model(file.Path);
        Assert.Equal(Path.GetFileNameWithoutExtension(file.Path), model.Id);
        Assert.Equal(file.Path, model.Path);
        Assert.Equal("llama", model.Architecture);
        Assert.Equal("tiny", model.Name);
        Assert.Equal(new FileInfo(file.Path).Length, model.SizeBytes);
        Assert.Equal(File.GetLastWriteTimeUtc(file.Path), model.Created.UtcDateTime);
        Assert.Equal(512, model.TrainingContextLength);
        Assert.Equal(4, model.VocabularySize);
        Assert.Equal(131, model.ParameterCount);
        Assert.Equal(32, model.EmbeddingLength);
        Assert.Equal("Q8_0", model.Quantization);
        Assert.Equal("{{ messages }}", model.ChatTemplate);
        Assert.Equal(ModelCapabilities.TextGeneration, model.Capabilities);
        Assert.False(model.IsDemo);
    }

    [Fact]
    public void Alias_is_the_id() =>
        Assert.Equal("mine", ModelDescriptionReader.Read(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), "mine", true).Model!.Id);

    [Fact]
    public void A_link_to_a_model_is_described_as_the_model()
    {
        using TemporaryFile file = new(GgufWriter.Model().ToArray());
        string link = file.Path + ".link.gguf";
        File.CreateSymbolicLink(link, file.Path);
        try
        {
            Assert.Equal(new FileInfo(file.Path).Length, Model(link).SizeBytes);
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Theory]
    [InlineData("llama", null, ModelCapabilities.TextGeneration)]
    [InlineData("llama", 0, ModelCapabilities.TextGeneration)]
    [InlineData("llama", 1, ModelCapabilities.Embedding)]
    [InlineData("qwen3", 3, ModelCapabilities.Embedding)]
    [InlineData("qwen3", 4, ModelCapabilities.Ranking)]
    [InlineData("bert", null, ModelCapabilities.Embedding)]
    [InlineData("bert", 2, ModelCapabilities.Embedding)]
    [InlineData("bert", 4, ModelCapabilities.Ranking)]
    [InlineData("nomic-bert", null, ModelCapabilities.Embedding)]
    [InlineData("jina-bert-v2", null, ModelCapabilities.Embedding)]
    [InlineData("modern-bert", null, ModelCapabilities.Embedding)]
    [InlineData("unheard-of", null, ModelCapabilities.TextGeneration)]
    internal void Capabilities_follow_architecture_and_pooling(string architecture, int? pooling, ModelCapabilities expected)
    {
        GgufWriter writer = GgufWriter.Model(architecture);
        writer.AddTensor("cls.output.weight", 0, 32, 1);
        Assert.Equal(expected, Model(pooling is { } value ? writer.Add($"{architecture}.pooling_type", (uint)value) : writer).Capabilities);
    }

    [Fact]
    public void A_reranker_needs_a_classifier_and_may_bring_its_prompt()
    {
        Assert.Contains("without a classifier", Problem(GgufWriter.Model("bert").Add("bert.pooling_type", 4u)));
        ModelDescription model = Model(GgufWriter.Model("qwen3").Add("qwen3.pooling_type", 4u).AddTensor("cls.output.weight", 0, 32, 2)
            .Add("tokenizer.chat_template.rerank", "{query} {document}"));
        Assert.Equal((ModelCapabilities.Ranking, "{query} {document}"), (model.Capabilities, model.RerankTemplate));
    }

    [Fact]
    public void A_model_may_bring_a_template_for_tools()
    {
        Assert.Null(Model(GgufWriter.Model()).ToolTemplate);
        Assert.Equal("{{ tools }}", Model(GgufWriter.Model().Add("tokenizer.chat_template.tool_use", "{{ tools }}")).ToolTemplate);
    }

    [Fact]
    public void A_model_without_causal_attention_embeds() =>
        Assert.Equal(ModelCapabilities.Embedding, Model(GgufWriter.Model().Add("llama.attention.causal", false)).Capabilities);

    [Fact]
    public void Absent_lengths_and_those_beyond_32_bits_count_as_unknown()
    {
        ModelDescription model = Model(new GgufWriter()
            .Add("general.architecture", "llama")
            .Raw("llama.context_length", GgufValueType.UInt64, w => w.Write(1UL << 40))
            .AddTensor("a", 0, 8));
        Assert.Equal((0, 0, 0), (model.TrainingContextLength, model.EmbeddingLength, model.VocabularySize));
        Assert.Null(model.ChatTemplate);
        Assert.Null(model.Name);
    }

    [Fact]
    public void Every_truncation_of_a_small_file_is_a_sentence()
    {
        byte[] bytes = GgufWriter.Model().ToArray();
        using TemporaryFile file = new([]);
        for (int length = 0; length < bytes.Length; length++)
        {
            file.Write(bytes.AsSpan(0, length));
            Assert.Contains(length == 0 ? "empty" : $"ends at byte {length}", Problem(file.Path));
        }

        file.Write(bytes);
        Assert.NotNull(Model(file.Path));
    }

    [Fact]
    public void What_is_no_file_is_a_sentence()
    {
        Assert.Contains("does not exist", Problem(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));
        Assert.Contains("does not exist", Problem(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "model.gguf")));
        Assert.Contains("directory", Problem(Path.GetTempPath()));
        Assert.Contains("is empty", Problem(""));
        Assert.Contains("zero character", Problem("a\0b"));
    }

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_a_writer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo");
        string path = Path.Combine(Path.GetTempPath(), $"mistralserve-{Guid.NewGuid():N}");
        Process.Start("mkfifo", path).WaitForExit();
        try
        {
            Assert.Contains("no regular file", Problem(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_forbidden_file_is_a_sentence()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "file modes do not bind this user; run as another");
        using TemporaryFile file = new(GgufWriter.Model().ToArray());
        Process.Start("chmod", ["000", file.Path]).WaitForExit();
        Assert.Contains("no permission", Problem(file.Path));
    }

    [Fact]
    public void A_circle_of_links_is_a_sentence()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mistralserve-{Guid.NewGuid():N}");
        File.CreateSymbolicLink(path, path);
        try
        {
            Assert.NotEmpty(Problem(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Files_that_are_no_models_are_refused_by_kind()
    {
        GgufWriter Typed(string type) => GgufWriter.Model().Add("general.type", type);
        Assert.Contains("adapter", Problem(Typed("adapter")));
        Assert.Contains("projector", Problem(Typed("mmproj")));
        Assert.Contains("projector", Problem(GgufWriter.Model("clip")));
        Assert.Contains("encoder-decoder", Problem(GgufWriter.Model("t5")));
        Assert.Contains("diffusion", Problem(GgufWriter.Model("dream")));
        Assert.Contains("one of 3 files", Problem(GgufWriter.Model().Raw("split.count", GgufValueType.UInt16, w => w.Write((ushort)3))));
        Assert.Contains("general.architecture", Problem(new GgufWriter().AddTensor("a", 0, 8)));
        Assert.Contains("no weights", Problem(new GgufWriter().Add("general.architecture", "llama")));
    }

    [Fact]
    public void The_demo_model_is_described()
    {
        ModelDescription model = ModelDescriptionReader.Read(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), null, true).Model!;
        Assert.Equal("mistralserve-demo", model.Id);
        Assert.Equal((1024, 4096, 256), (model.TrainingContextLength, model.VocabularySize, model.EmbeddingLength));
        Assert.Equal("Q8_0", model.Quantization);
        Assert.InRange(model.ParameterCount, 6_000_000, 8_000_000);
        Assert.Contains("<|im_start|>", model.ChatTemplate);
        Assert.Equal(ModelCapabilities.TextGeneration, model.Capabilities);
        Assert.True(model.IsDemo);
    }

    [Theory]
    [InlineData("SmolLM2-135M-Instruct-Q4_1.gguf", 8192, 49_152, "Q4_1", ModelCapabilities.TextGeneration)]
    [InlineData("all-MiniLM-L6-v2-Q8_0.gguf", 512, 30_522, "Q8_0", ModelCapabilities.Embedding)]
    [InlineData("random-embed-1m-q8_0.gguf", 2048, 2048, "Q8_0", ModelCapabilities.Embedding)]
    [InlineData("random-15m-q8_0.gguf", 2048, 32_002, "Q8_0", ModelCapabilities.TextGeneration)]
    [InlineData("random-vocab152k-q8_0.gguf", 8192, 151_936, "Q8_0", ModelCapabilities.TextGeneration)]
    internal void Real_models_are_described(string file, int context, int vocabulary, string quantization, ModelCapabilities capabilities)
    {
        ModelDescription model = Model(RepositoryFiles.Shared($"models/{file}"));
        Assert.Equal((context, vocabulary, quantization), (model.TrainingContextLength, model.VocabularySize, model.Quantization));
        Assert.Equal(capabilities, model.Capabilities);
    }

    [Fact]
    public void Vocabularies_without_weights_are_refused()
    {
        string[] files = Directory.GetFiles(RepositoryFiles.Shared("models/vocab"), "*.gguf");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Contains("no weights", Problem(file)));
    }

    [Fact]
    public void A_large_vocabulary_is_walked_quickly_and_not_kept()
    {
        string path = RepositoryFiles.Shared("models/random-vocab152k-q8_0.gguf");
        Model(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        Model(path);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine($"{elapsed.TotalMilliseconds:F2} ms");

        // The bar is 10 ms on an idle machine; this one catches a reader that keeps the strings.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
        Assert.InRange(elapsed.TotalMilliseconds, 0, 200);
    }
}
