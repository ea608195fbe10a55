using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Messages;

/// <summary>A message as a stream of events.</summary>
/// <param name="frames">Where the events go.</param>
/// <param name="createRun">Makes the message, given what takes its events.</param>
/// <param name="onFail">Called with the error of a message that failed.</param>
internal sealed class MessagesStream(SseFrames frames, Func<Action<MessagesEvent>, MessagesRun> createRun, Action<ApiError> onFail) : IStreamedAnswer
{
    private readonly MessagesRun _run = createRun(value => Write(frames, value));

    /// <inheritdoc/>
    public void WriteStart() => _run.Start();

    /// <inheritdoc/>
    public bool Write(in GenerationEvent item)
    {
        bool more = _run.Push(item);
        if (_run.Error is { } error)
        {
            onFail(error);
        }

        return more;
    }

    /// <inheritdoc/>
    public void WriteBroken()
    {
        _run.Break();
        onFail(_run.Error!);
    }

    /// <inheritdoc/>
    public void WriteSilence() => Write(frames, new PingEvent());

    private static void Write(SseFrames frames, MessagesEvent value)
    {
        WireJson.WriteMember(frames.BeginJson(value.EventName), value);
        frames.EndJson();
    }
}
