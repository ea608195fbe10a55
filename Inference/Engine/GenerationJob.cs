using System.Threading.Channels;

namespace MistralServe.Inference.Engine;

/// <summary>
/// A request for text on its way through the engine. The request and the channel are shared with the reader; everything
/// else belongs to the decode thread.
/// </summary>
internal sealed class GenerationJob : EngineJob
{
    private readonly Channel<GenerationEvent> _events;
    private readonly int _eventBuffer;
    private int _choicesOver;

    /// <summary>Creates a job that waits.</summary>
    /// <param name="request">The validated request.</param>
    /// <param name="eventBuffer">Events buffered for the reader before its sequences are paused.</param>
    /// <param name="arrivedAt">Timestamp of the request's arrival (<see cref="TimeProvider.GetTimestamp"/>).</param>
    /// <param name="wakeEngine">Called after a cancel, so that a waiting decode thread sees it.</param>
    public GenerationJob(GenerationRequest request, int eventBuffer, long arrivedAt, Action wakeEngine)
        : base(arrivedAt, wakeEngine)
    {
        Request = request;
        _eventBuffer = eventBuffer;
        Choices = new ChoiceState[request.Choices];
        for (int i = 0; i < Choices.Length; i++)
        {
            Choices[i] = new ChoiceState(this, i);
        }

        // Continuations must not run on the decode thread; each choice may send a last text and its end beyond the buffer, and one
        // the scores of the prompt.
        _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(eventBuffer + 2 * request.Choices + 2)
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = false,
        });
    }

    /// <inheritdoc/>
    public override int Places => Request.Choices;

    /// <summary>What was asked for.</summary>
    public GenerationRequest Request { get; }

    /// <summary>Its answers.</summary>
    public ChoiceState[] Choices { get; }

    /// <summary>Choices that have been given a sequence so far, in order.</summary>
    public int AdmittedCount { get; set; }

    /// <summary>Whether nothing more will be sent.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether the reader's buffer has no room for another event.</summary>
    public bool IsReaderFull => _events.Reader.Count >= _eventBuffer;

    /// <inheritdoc/>
    public override bool MayWaitLonger => AdmittedCount > 0;

    /// <summary>The reader's side.</summary>
    public Generation ToGeneration() => new(Request.Prompt.Length, _events.Reader, Cancel);

    /// <summary>Sends a choice's text that is ready, if the reader has room.</summary>
    public void PublishText(ChoiceState choice)
    {
        if (choice.Text.ReadyLength > 0 && !IsReaderFull)
        {
            PublishReadyText(choice);
        }
    }

    /// <summary>Tells how much of the prompt is computed, if the reader has room.</summary>
    public void PublishPromptProgress(ChoiceState choice)
    {
        if (!IsReaderFull)
        {
            Publish(new GenerationEvent
            {
                Kind = GenerationEventKind.PromptProgress,
                Choice = choice.Index,
                Usage = new TokenUsage(choice.PromptComputed, choice.CachedTokens, 0),
                Times = choice.Times,
            });
        }
    }

    /// <summary>Sends the reports of the prompt's tokens.</summary>
    public void PublishPromptScores(ChoiceState choice) =>
        Publish(new GenerationEvent
        {
            Kind = GenerationEventKind.PromptScored,
            Choice = choice.Index,
            Tokens = choice.PromptReports,
            Usage = choice.Usage,
        });

    /// <summary>Sends a choice's remaining text and its end; after the last choice the channel completes.</summary>
    public void Finish(ChoiceState choice, FinishReason reason)
    {
        if (choice.IsOver || IsOver)
        {
            return;
        }

        choice.IsOver = true;
        choice.Text.Flush();

        // What had to be settled by the end may have had a stop string in it.
        reason = choice.Text.Stopped && reason != FinishReason.Cancelled ? FinishReason.StopString : reason;
        if (choice.Text.ReadyLength > 0)
        {
            PublishReadyText(choice);
        }

        bool isLast = ++_choicesOver == Choices.Length;
        if (isLast)
        {
            ReturnShare();
        }

        Publish(new GenerationEvent
        {
            Kind = GenerationEventKind.Finished,
            Choice = choice.Index,
            FinishReason = reason,
            StopIndex = reason == FinishReason.StopString ? choice.Text.StopIndex : null,
            Usage = choice.Usage,
            LogProbability = choice.LogProbability,
            Tokens = choice.Text.TakeReports(),
            Times = choice.Times,
        });
        if (isLast)
        {
            Complete();
        }
    }

    /// <inheritdoc/>
    public override void Fail(EngineFailure failure)
    {
        if (!IsOver)
        {
            ReturnShare();
            Publish(new GenerationEvent { Kind = GenerationEventKind.Failed, Failure = failure });
            Complete();
        }
    }

    /// <summary>Ends a request for no tokens at all. Any thread, instead of submitting it.</summary>
    public void EndEmpty() => FinishAll(FinishReason.Length);

    /// <inheritdoc/>
    public override void EndCancelled() => FinishAll(FinishReason.Cancelled);

    private void FinishAll(FinishReason reason)
    {
        foreach (ChoiceState choice in Choices)
        {
            Finish(choice, reason);
        }
    }

    private void PublishReadyText(ChoiceState choice) =>
        Publish(new GenerationEvent
        {
            Kind = GenerationEventKind.Text,
            Choice = choice.Index,
            Text = choice.Text.Take(),
            Tokens = choice.Text.TakeReports(),
            Usage = choice.Usage,
            Times = choice.Times,
        });

    // Before the reader hears of the end: its client may send the next request at once.
    private void ReturnShare() => Share?.Dispose();

    private void Complete()
    {
        IsOver = true;
        _events.Writer.TryComplete();
    }

    // The channel has more places than IsReaderFull admits, so the last events always fit.
    private void Publish(GenerationEvent value) => _events.Writer.TryWrite(value);
}
