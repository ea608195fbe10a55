using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>Runs responses: for a client that waits, for one that listens, and in the background. Any thread.</summary>
internal sealed class ResponseService(ChatService chat, ResponseStore store, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.OpenAi");

    /// <summary>Responses that are kept.</summary>
    public ResponseStore Store { get; } = store;

    /// <summary>Reads requests.</summary>
    public ResponseRequestValidator Validator { get; } = new(chat.Model, store, time);

    /// <summary>Answers with one object when it is whole.</summary>
    public async Task AnswerAsync(HttpContext context, ResponseCall call, ChatStart start)
    {
        using Generation generation = start.Generation;
        ResponseRun run = CreateRun(call, start, emit: null);
        bool more = true;
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(context.RequestAborted))
        {
            more = run.Push(item);
            if (!more)
            {
                break;
            }
        }

        if (more)
        {
            run.Break();
        }

        if (run.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        Keep(call, run);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, run.Current, Json.OpenAiJsonContext.Default.ResponseObject);
    }

    /// <summary>Answers with events while it is generated.</summary>
    public Task StreamAsync(HttpContext context, ResponseCall call, ChatStart start) =>
        EventStream.WriteAsync(
            context,
            start.Generation,
            events => new ResponseStream(events, emit => CreateRun(call, start, emit), run => End(call, run, context.TraceIdentifier)),
            call.KeepAliveInterval,
            _logger);

    /// <summary>Starts a response that goes on without its client.</summary>
    public StoredResponse StartInBackground(ResponseCall call, ChatStart start, string requestId)
    {
        ResponseEventLog? log = call.Stream ? new ResponseEventLog() : null;
        ResponseRun run = CreateRun(call, start, log is null ? null : log.Append);
        run.Start();
        var cancellation = new CancellationTokenSource();
        var stored = new StoredResponse(call.Generation.Principal, call, run.Current, log) { Cancel = cancellation.Cancel };
        Store.Add(stored);
        stored.Run = RunInBackgroundAsync(stored, run, start.Generation, requestId, cancellation.Token);
        return stored;
    }

    private async Task RunInBackgroundAsync(StoredResponse stored, ResponseRun run, Generation owned, string requestId, CancellationToken cancellationToken)
    {
        using Generation generation = owned;
        try
        {
            bool more = true;
            while (more && await generation.Events.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (more && generation.Events.TryRead(out GenerationEvent item))
                {
                    more = run.Push(item);
                }

                Show(stored, run);
            }

            if (more)
            {
                run.Break();
            }

            if (run.Error is { } error)
            {
                OpenAiLog.FailedInBackground(_logger, requestId, error.Code);
            }
        }
        catch (OperationCanceledException)
        {
            run.Cancel();
        }
#pragma warning disable CA1031 // the outermost layer of a response that has no request any more: whatever went wrong fails it and nothing else
        catch (Exception e)
#pragma warning restore CA1031
        {
            OpenAiLog.UnexpectedFailure(_logger, e, requestId);
            run.Break();
        }

        stored.Update(run.Current);
        stored.Log?.End();
        Store.Refresh(stored);
    }

    // Its state is replaced once when it starts to run, and its events count while they come.
    private void Show(StoredResponse stored, ResponseRun run)
    {
        if (run.Current.Status == ResponseStatus.InProgress && stored.Current.Status == ResponseStatus.Queued)
        {
            stored.Update(run.Current);
            Store.Refresh(stored);
        }
        else if (stored.Log is { IsCut: false } log && !Store.Refresh(stored))
        {
            // Responses that run are never dropped, so their events must be.
            log.Cut();
            Store.Refresh(stored);
        }
    }

    private void End(ResponseCall call, ResponseRun run, string requestId)
    {
        if (run.Error is { } error)
        {
            OpenAiLog.FailedWhileStreaming(_logger, requestId, error.Code);
        }

        Keep(call, run);
    }

    private void Keep(ResponseCall call, ResponseRun run)
    {
        if (run.Current.Store)
        {
            Store.Add(new StoredResponse(call.Generation.Principal, call, run.Current));
        }
    }

    private ResponseRun CreateRun(ResponseCall call, ChatStart start, Action<ResponseEvent>? emit) =>
        new(call, start, emit, time);
}
