using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;

namespace MistralServe.Hosting.Health;

/// <summary>Body of <c>/health</c>.</summary>
internal sealed class HealthReport
{
    /// <summary>
    /// Oldest sign of life of a decode thread that counts as alive. The thread stamps at least once a second when idle, and from
    /// the abort callback within a batch; ten seconds leave room for a machine that is paging.
    /// </summary>
    public static readonly TimeSpan MaxHeartbeatAge = TimeSpan.FromSeconds(10);

    /// <summary><c>ok</c>, <c>loading model</c>, <c>stalled</c>, <c>draining</c> or <c>stopped</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>Share of the model loaded so far, 0..1 in hundredths; null unless loading.</summary>
    [JsonPropertyName("progress")]
    public double? Progress { get; init; }

    /// <summary>200 when requests are served, else 503.</summary>
    [JsonIgnore]
    public int StatusCode => Status == "ok" ? 200 : 503;

    /// <summary>200 unless the decode thread is gone or stands still: what a restart would help. Loading and draining need time and no restart.</summary>
    [JsonIgnore]
    public int LivenessCode => Status is "stalled" or "stopped" ? 503 : 200;

    /// <summary>
    /// The report about an engine.
    /// </summary>
    /// <param name="state">The engine's state.</param>
    /// <param name="loadProgress">Share of the model loaded so far, 0..1; anything else is clamped.</param>
    /// <param name="heartbeatAge">Age of the decode thread's last sign of life; counts only when the engine is ready.</param>
    public static HealthReport Of(EngineState state, float loadProgress, TimeSpan heartbeatAge) => state switch
    {
        EngineState.Loading => new HealthReport { Status = "loading model", Progress = RoundProgress(loadProgress) },
        EngineState.Ready => new HealthReport { Status = heartbeatAge < MaxHeartbeatAge ? "ok" : "stalled" },
        EngineState.Draining => new HealthReport { Status = "draining" },
        _ => new HealthReport { Status = "stopped" },
    };

    private static double RoundProgress(float progress) =>
        float.IsNaN(progress) ? 0 : Math.Round(Math.Clamp((double)progress, 0, 1), 2);
}
