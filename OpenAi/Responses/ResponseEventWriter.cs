using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>Frames events of a response.</summary>
internal static class ResponseEventWriter
{
    /// <summary>Adds an event: its name, which clients of other languages look at, and its data, whose type is the same.</summary>
    public static void Write(SseFrames frames, ResponseEvent value)
    {
        WireJson.WriteMember(frames.BeginJson(value.EventName), value);
        frames.EndJson();
    }
}
