using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Native;
using MistralServe.Tests.Native;

namespace MistralServe.Tests.Constraints;

/// <summary>Vocabularies of real models, loaded once each and kept until the process ends.</summary>
internal static unsafe class RealVocabularies
{
    public const string SmolLm = "SmolLM2-135M-Instruct-Q4_1.gguf";
    public const string Large = "random-vocab152k-q8_0.gguf";
    public const string SentencePiece = "vocab/ggml-vocab-llama-spm.gguf";

    private static readonly Lock Loading = new();
    private static readonly Dictionary<string, ConstraintVocabulary> Known = [];

    /// <summary>The vocabulary of a model in <c>../shared/models</c>; the test is skipped where it is absent.</summary>
    public static ConstraintVocabulary Get(string file)
    {
        string path = RepositoryFiles.Shared("models/" + file);
        lock (Loading)
        {
            if (!Known.TryGetValue(file, out ConstraintVocabulary? known))
            {
                known = new ConstraintVocabulary(Load(path));
                Known.Add(file, known);
            }

            return known;
        }
    }

    private static LlamaVocabulary Load(string file)
    {
        LlamaReference.LoadLibraries();
        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        parameters.vocab_only = 1;
        fixed (byte* path = NativeRuntime.ToNative(file))
        {
            return new LlamaVocabulary(new LlamaModelHandle(LlamaApi.llama_model_load_from_file(path, parameters)));
        }
    }
}
