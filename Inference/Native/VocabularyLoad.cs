namespace MistralServe.Inference.Native;

/// <summary>
/// Loads the vocabulary of a model on a thread of its own, while another reads the weights and makes the context: it is the longest
/// part of the start of a small model, and the library would do it first (100 of 200 ms for 49k tokens, 450 for 152k).
/// </summary>
internal sealed class VocabularyLoad
{
    private readonly Thread _thread;
    private LlamaModelHandle? _model;
    private string? _problem;

    private VocabularyLoad(string path)
    {
        _thread = new Thread(() => (_model, _problem) = LlamaModelHandle.LoadVocabulary(path)) { Name = "vocabulary", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Begins to load.</summary>
    public static VocabularyLoad Begin(string path) => new(path);

    /// <summary>Waits for the end: at most as long as a vocabulary takes.</summary>
    /// <returns>A model that has nothing but the vocabulary, or a sentence for the operator.</returns>
    public (LlamaModelHandle? Model, string? Problem) Finish()
    {
        _thread.Join();
        return (_model, _problem);
    }
}
