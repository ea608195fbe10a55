using System.Runtime.ExceptionServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Loads the vocabulary of a model on a thread of its own, while others open the ports, read the weights and make the context: it is the
/// longest part of the start of a small model, and the library would do it first (100 of 200 ms for 49k tokens, 450 for 152k). Dispose it
/// whatever happens: the library should not be in use when the process ends.
/// </summary>
internal sealed class VocabularyLoad : IDisposable
{
    // Ours: many times what the largest vocabulary takes. A file that cannot be read any more must not keep the process.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Thread _thread;
    private LlamaModelHandle? _model;
    private string? _problem;
    private ExceptionDispatchInfo? _exception;

    private VocabularyLoad(string path, Func<string?> prepare)
    {
        _thread = new Thread(() => Run(path, prepare)) { Name = "vocabulary", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Begins to load.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="prepare">Called first, on the thread: brings the library into the process, or returns a sentence for the operator.</param>
    public static VocabularyLoad Begin(string path, Func<string?> prepare) => new(path, prepare);

    /// <summary>Whether there is still something to wait for.</summary>
    public bool IsRunning => _thread.IsAlive;

    /// <summary>Waits for the end: at most as long as a vocabulary takes. Call once; what was thrown on the thread is thrown here.</summary>
    /// <returns>A model that has nothing but the vocabulary and now is the caller's, or a sentence for the operator.</returns>
    public (LlamaModelHandle? Model, string? Problem) Finish()
    {
        _thread.Join();
        _exception?.Throw();
        return (Interlocked.Exchange(ref _model, null), _problem);
    }

    /// <summary>Waits a while for the end and frees what <see cref="Finish"/> has not given away.</summary>
    public void Dispose()
    {
        if (_thread.Join(LongestWait))
        {
            Interlocked.Exchange(ref _model, null)?.Dispose();
        }
    }

    private void Run(string path, Func<string?> prepare)
    {
        try
        {
            (_model, _problem) = prepare() is { } problem ? (null, problem) : LlamaModelHandle.LoadVocabulary(path);
        }
#pragma warning disable CA1031 // Nobody is above this method; the loading thread rethrows it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _exception = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
