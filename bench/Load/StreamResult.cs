using System.Diagnostics;
using System.Text;

namespace MistralServe.Bench.Load;

/// <summary>What a client saw of one streamed answer. Times are <see cref="Stopwatch"/> ticks; written by the reading task only.</summary>
internal sealed class StreamResult
{
    private readonly List<long> _arrivals = [];
    private readonly StringBuilder? _text;
    private int _eventCount;

    /// <summary>A result without events.</summary>
    /// <param name="keepText">Whether the answer's text is put together, which costs a JSON parse for each event.</param>
    public StreamResult(bool keepText) => _text = keepText ? new StringBuilder() : null;

    /// <summary>When the request was sent.</summary>
    public long Started { get; set; }

    /// <summary>When the last event came.</summary>
    public long Finished { get; set; }

    /// <summary>When each event with text came, in order.</summary>
    public IReadOnlyList<long> Arrivals => _arrivals;

    /// <summary>Number of events with text so far; any thread may poll it.</summary>
    public int EventCount => Volatile.Read(ref _eventCount);

    /// <summary>Prompt tokens, from <c>usage</c>.</summary>
    public int PromptTokens { get; set; }

    /// <summary>Prompt tokens that were not computed again, from <c>usage</c>.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Generated tokens, from <c>usage</c>.</summary>
    public int CompletionTokens { get; set; }

    /// <summary>The answer; empty when it was not kept.</summary>
    public string Text => _text?.ToString() ?? "";

    /// <summary>Whether the answer's text is kept.</summary>
    public bool KeepsText => _text is not null;

    /// <summary>Request to first text, milliseconds.</summary>
    public double TimeToFirstTokenMilliseconds => Stopwatch.GetElapsedTime(Started, First).TotalMilliseconds;

    /// <summary>Tokens after the first per second from the first to the end.</summary>
    public double DecodeTokensPerSecond => (CompletionTokens - 1) / Stopwatch.GetElapsedTime(First, Finished).TotalSeconds;

    private long First => _arrivals.Count > 0 ? _arrivals[0] : throw new BenchFailureException("an answer had no text");

    /// <summary>Notes an event with text.</summary>
    public void AddEvent(long timestamp)
    {
        _arrivals.Add(timestamp);
        Volatile.Write(ref _eventCount, _arrivals.Count);
    }

    /// <summary>Adds text.</summary>
    public void AddText(string? text) => _text?.Append(text);

    /// <summary>The longest wait between two neighbouring events with text of which the later came inside a span, milliseconds; 0 when none did.</summary>
    public double FindWorstGapMilliseconds(long from, long to)
    {
        double worst = 0;
        for (int i = 1; i < _arrivals.Count; i++)
        {
            // A wait that began in the span and ended after it counts too: the span's end does not hide a stall.
            if (_arrivals[i] >= from && _arrivals[i - 1] <= to)
            {
                worst = Math.Max(worst, Stopwatch.GetElapsedTime(_arrivals[i - 1], _arrivals[i]).TotalMilliseconds);
            }
        }

        return worst;
    }
}
