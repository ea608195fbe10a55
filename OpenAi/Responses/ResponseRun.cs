using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>A response while it is generated: from the engine's events to items, events of the stream and the final object. One thread.</summary>
internal sealed class ResponseRun
{
    private readonly ResponseCall _call;
    private readonly IChatOutputParser _parser;
    private readonly IVocabulary _vocabulary;
    private readonly TimeProvider _time;
    private readonly ResponseRecorder _recorder;
    private readonly ChatOutputReader _reader;
    private TokenUsage _usage;

    /// <summary>A response of which nothing is generated yet.</summary>
    /// <param name="call">The request.</param>
    /// <param name="start">The running answer.</param>
    /// <param name="emit">Takes each event of the stream; null when nobody listens.</param>
    /// <param name="time">The clock.</param>
    public ResponseRun(ResponseCall call, ChatStart start, Action<ResponseEvent>? emit, TimeProvider time)
    {
        _call = call;
        _vocabulary = start.Vocabulary;
        _time = time;
        _recorder = new ResponseRecorder(emit);
        _parser = start.CreateParser();
        _reader = new ChatOutputReader(_parser, _recorder);
        _usage = new TokenUsage(start.Generation.PromptTokens, 0, 0);
        Current = call.Template with { Usage = ResponseUsage.From(_usage, reasoningTokens: 0) };
    }

    /// <summary>The response as it is now.</summary>
    public ResponseObject Current { get; private set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Tells that the response exists.</summary>
    public void Start()
    {
        if (Current.Background)
        {
            Current = Current with { Status = ResponseStatus.Queued };
            _recorder.Emit(new CreatedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
            _recorder.Emit(new QueuedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
        }
        else
        {
            _recorder.Emit(new CreatedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
            _recorder.Emit(new InProgressEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
        }
    }

    /// <summary>Goes on by one event of the engine.</summary>
    /// <returns>False after the last: <see cref="Current"/> is final.</returns>
    public bool Push(in GenerationEvent item)
    {
        if (Current.Status == ResponseStatus.Queued)
        {
            Current = Current with { Status = ResponseStatus.InProgress };
            _recorder.Emit(new InProgressEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
        }

        if (item.Tokens is { } reported && _call.ShowsLogProbabilities)
        {
            _recorder.AddLogProbabilities(ChatLogProbabilities.From(reported, _vocabulary).Content);
        }

        _reader.Read(item);

        // What was generated counts also when it is never finished.
        _usage = item.Kind is GenerationEventKind.Text or GenerationEventKind.Finished ? item.Usage : _usage;
        if (item.Kind is not (GenerationEventKind.Finished or GenerationEventKind.Failed))
        {
            return true;
        }

        End(AnswerEnd.From(item));
        return false;
    }

    /// <summary>Ends a response whose generation broke off.</summary>
    public void Break() => End(AnswerEnd.Broken);

    /// <summary>Ends a response that its client has cancelled.</summary>
    public void Cancel()
    {
        _parser.Complete(_recorder);
        _recorder.Close(ItemStatus.Incomplete);
        Current = Snapshot(ResponseStatus.Cancelled);
        _recorder.Emit(new FailedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
    }

    private void End(AnswerEnd end)
    {
        if (!end.IsWhole)
        {
            _parser.Complete(_recorder);
            Fail(end.Error);
            return;
        }

        bool whole = end.WireReason != "length";
        _recorder.Close(whole ? ItemStatus.Completed : ItemStatus.Incomplete);
        if (whole)
        {
            Current = Snapshot(ResponseStatus.Completed) with { CompletedAt = _time.GetUtcNow().ToUnixTimeSeconds() };
            _recorder.Emit(new CompletedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
        }
        else
        {
            Current = Snapshot(ResponseStatus.Incomplete) with { IncompleteDetails = new IncompleteDetails { Reason = "max_output_tokens" } };
            _recorder.Emit(new IncompleteEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
        }
    }

    private void Fail(ApiError error)
    {
        Error = error;
        _recorder.Close(ItemStatus.Incomplete);
        Current = Snapshot(ResponseStatus.Failed) with
        {
            // OpenAI publishes a list of words for this place, and most of ours are not in it.
            Error = new ResponseError
            {
                Code = error.Status switch { 429 => "rate_limit_exceeded", 400 => "invalid_prompt", _ => "server_error" },
                Message = error.Message,
            },
        };
        _recorder.Emit(new ErrorOccurredEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Code = error.Code, Message = error.Message, Param = error.Param });
        _recorder.Emit(new FailedEvent { SequenceNumber = _recorder.TakeSequenceNumber(), Response = Current });
    }

    private ResponseObject Snapshot(string status) =>
        Current with { Status = status, Output = [.. _recorder.Output], Usage = ResponseUsage.From(_usage, _reader.ReasoningTokens) };
}
