using System.Threading.Channels;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>
/// One request on its way through the engine. The request, the channel and the cancel flag are shared with the reader;
/// everything below "Engine thread" belongs to the decode thread.
/// </summary>
internal sealed class GenerationJob : EngineJob
{
    private readonly Channel<GenerationEvent> _events;

    /// <summary>Creates a job that waits.</summary>
    /// <param name="request">The validated request.</param>
    /// <param name="eventBuffer">Events buffered for the reader before the sequence is paused.</param>
    /// <param name="arrivedAt">Timestamp of the request's arrival (<see cref="TimeProvider.GetTimestamp"/>).</param>
    /// <param name="wakeEngine">Called after a cancel, so that a waiting decode thread sees it.</param>
    public GenerationJob(GenerationRequest request, int eventBuffer, long arrivedAt, Action wakeEngine)
        : base(arrivedAt, wakeEngine)
    {
        Request = request;
        Text = new OutputText(request.StopStrings);

        // Continuations must not run on the decode thread; two events more than the buffer are room for the last text and the end.
        _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(eventBuffer + 2)
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = false,
        });
        EventBuffer = eventBuffer;
    }

    /// <inheritdoc/>
    public override int Places => Request.Choices;

    /// <summary>What was asked for.</summary>
    public GenerationRequest Request { get; }

    // Engine thread from here on.

    /// <summary>The sequence it runs in; -1 while it waits.</summary>
    public int Sequence { get; set; } = -1;

    /// <summary>Prompt tokens whose keys and values are in the cache.</summary>
    public int PromptComputed { get; set; }

    /// <summary>Prompt tokens that were there already at admission.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Tokens generated so far.</summary>
    public int GeneratedCount { get; set; }

    /// <summary>The token to decode next; valid while generating.</summary>
    public int NextToken { get; set; }

    /// <summary>Draws tokens; created at admission.</summary>
    public Sampler? Sampler { get; set; }

    /// <summary>Text on its way to the reader.</summary>
    public OutputText Text { get; }

    /// <summary>When it was admitted; 0 while it waits.</summary>
    public long AdmittedAt { get; set; }

    /// <summary>Since when the reader's buffer is full; 0 when it is not.</summary>
    public long StalledSince { get; set; }

    /// <summary>Whether the prompt is computed and tokens are being generated.</summary>
    public bool IsGenerating => PromptComputed == Request.Prompt.Length;

    /// <summary>Whether the reader's buffer has no room for another event.</summary>
    public bool IsReaderFull => _events.Reader.Count >= EventBuffer;

    private int EventBuffer { get; }

    /// <summary>Counts so far.</summary>
    public TokenUsage Usage => new(Request.Prompt.Length, CachedTokens, GeneratedCount);

    /// <summary>The reader's side.</summary>
    public Generation ToGeneration() => new(Request.Prompt.Length, _events.Reader, Cancel);

    /// <summary>Sends what text is ready, if the reader has room.</summary>
    public void PublishText()
    {
        if (Text.ReadyLength > 0 && !IsReaderFull)
        {
            Publish(new GenerationEvent { Kind = GenerationEventKind.Text, Text = Text.Take(), Usage = Usage });
        }
    }

    /// <summary>Tells how much of the prompt is computed, if the reader has room.</summary>
    public void PublishPromptProgress()
    {
        if (!IsReaderFull)
        {
            Publish(new GenerationEvent { Kind = GenerationEventKind.PromptProgress, Usage = new TokenUsage(PromptComputed, CachedTokens, 0) });
        }
    }

    /// <summary>Sends the remaining text and the last event, and completes the channel.</summary>
    public void Finish(FinishReason reason)
    {
        Text.Flush();
        if (Text.ReadyLength > 0)
        {
            Publish(new GenerationEvent { Kind = GenerationEventKind.Text, Text = Text.Take(), Usage = Usage });
        }

        Publish(new GenerationEvent { Kind = GenerationEventKind.Finished, FinishReason = reason, Usage = Usage });
        _events.Writer.TryComplete();
    }

    /// <summary>Sends the failure and completes the channel.</summary>
    public override void Fail(EngineFailure failure)
    {
        Publish(new GenerationEvent { Kind = GenerationEventKind.Failed, Failure = failure, Usage = Usage });
        _events.Writer.TryComplete();
    }

    /// <summary>Ends a request for no tokens at all. Any thread, instead of submitting it.</summary>
    public void EndEmpty() => Finish(FinishReason.Length);

    /// <inheritdoc/>
    public override void EndCancelled() => Finish(FinishReason.Cancelled);

    // The channel has two places more than IsReaderFull admits, so the last events always fit.
    private void Publish(GenerationEvent value) => _events.Writer.TryWrite(value);
}
