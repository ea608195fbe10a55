using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Responses;

/// <summary>A response as a stream of events.</summary>
/// <param name="frames">Where the events go.</param>
/// <param name="createRun">Makes the response, given what takes its events.</param>
/// <param name="onEnd">Called with the final response before its last event leaves.</param>
internal sealed class ResponseStream(SseFrames frames, Func<Action<ResponseEvent>, ResponseRun> createRun, Action<ResponseRun> onEnd) : IStreamedAnswer
{
    private readonly ResponseRun _run = createRun(value => ResponseEventWriter.Write(frames, value));

    /// <inheritdoc/>
    public void WriteStart() => _run.Start();

    /// <inheritdoc/>
    public bool Write(in GenerationEvent item)
    {
        bool more = _run.Push(item);
        if (!more)
        {
            onEnd(_run);
        }

        return more;
    }

    /// <inheritdoc/>
    public void WriteBroken()
    {
        _run.Break();
        onEnd(_run);
    }

    /// <inheritdoc/>
    public void WriteSilence() => frames.WriteComment();
}
