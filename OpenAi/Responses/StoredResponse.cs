using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// A response that is kept for its caller. What it is now is replaced as a whole by the one thread that runs it; everybody reads. Any thread.
/// </summary>
internal sealed class StoredResponse
{
    private readonly IReadOnlyList<ResponseItem> _context;
    private readonly long _contextBytes;
    private int _ownBytes;
    private volatile ResponseObject _current;
    private volatile bool _running;

    /// <summary>A response that runs or has run.</summary>
    /// <param name="principal">Whose it is.</param>
    /// <param name="call">The request.</param>
    /// <param name="current">Its state now.</param>
    /// <param name="log">Its events, if a client may follow them from outside the request.</param>
    public StoredResponse(string principal, ResponseCall call, ResponseObject current, ResponseEventLog? log = null)
    {
        Principal = principal;
        Input = call.Input;
        Log = log;
        _context = call.Context;
        _contextBytes = call.PreviousBytes + WireJson.Write(call.Input, OpenAiJsonContext.Default.IReadOnlyListResponseItem).Length;
        _current = current;
        _running = IsUnfinished(current);
        CountBytes(current);
    }

    /// <summary>Name of the caller's key.</summary>
    public string Principal { get; }

    /// <summary>Its id.</summary>
    public string Id => _current.Id;

    /// <summary>Its state now.</summary>
    public ResponseObject Current => _current;

    /// <summary>Items of its own input.</summary>
    public IReadOnlyList<ResponseItem> Input { get; }

    /// <summary>Its events; null when nobody may follow them.</summary>
    public ResponseEventLog? Log { get; }

    /// <summary>Whether it is still being generated.</summary>
    public bool IsRunning => _running;

    /// <summary>Completes when a response in the background has ended; completed for any other.</summary>
    public Task Run { get; set; } = Task.CompletedTask;

    /// <summary>The whole conversation, the output included.</summary>
    public IEnumerable<ResponseItem> Conversation => _context.Concat(_current.Output);

    /// <summary>
    /// Bytes that <see cref="Conversation"/> counts. A conversation that several responses share is counted by each: one may stay when the
    /// others go.
    /// </summary>
    public long ConversationBytes { get; private set; }

    /// <summary>Bytes that it counts in the store.</summary>
    public long Bytes => ConversationBytes + _ownBytes + (Log?.Bytes ?? 0);

    /// <summary>Replaces its state. The one thread that runs it.</summary>
    public void Update(ResponseObject current)
    {
        CountBytes(current);
        _current = current;
        _running = IsUnfinished(current);
    }

    /// <summary>Ends the generation, if it runs. Any thread.</summary>
    public Action Cancel { get; init; } = () => { };

    private static bool IsUnfinished(ResponseObject response) => response.Status is ResponseStatus.Queued or ResponseStatus.InProgress;

    private void CountBytes(ResponseObject response)
    {
        _ownBytes = WireJson.Write(response, OpenAiJsonContext.Default.ResponseObject).Length;
        ConversationBytes = _contextBytes + _ownBytes;
    }
}
