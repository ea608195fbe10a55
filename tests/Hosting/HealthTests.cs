using System.Text.Json;
using MistralServe.Hosting.Health;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Hosting;

public sealed class HealthTests
{
    [Theory]
    [InlineData(EngineState.Loading, 0.4199f, 99, 503, """{"status":"loading model","progress":0.42}""")]
    [InlineData(EngineState.Loading, 0f, 0, 503, """{"status":"loading model","progress":0}""")]
    [InlineData(EngineState.Loading, float.NaN, 0, 503, """{"status":"loading model","progress":0}""")]
    [InlineData(EngineState.Loading, 7f, 0, 503, """{"status":"loading model","progress":1}""")]
    [InlineData(EngineState.Ready, 1f, 0, 200, """{"status":"ok"}""")]
    [InlineData(EngineState.Ready, 1f, 9.9, 200, """{"status":"ok"}""")]
    [InlineData(EngineState.Ready, 1f, 10, 503, """{"status":"stalled"}""")]
    [InlineData(EngineState.Draining, 1f, 0, 503, """{"status":"draining"}""")]
    [InlineData(EngineState.Stopped, 1f, 0, 503, """{"status":"stopped"}""")]
    internal void Only_a_living_ready_engine_is_healthy(EngineState state, float progress, double heartbeatSeconds, int status, string body)
    {
        HealthReport report = HealthReport.Of(state, progress, TimeSpan.FromSeconds(heartbeatSeconds));

        Assert.Equal(status, report.StatusCode);
        Assert.Equal(report.Status is "stalled" or "stopped" ? 503 : 200, report.LivenessCode);
        Assert.Equal(body, JsonSerializer.Serialize(report, HealthJsonContext.Default.HealthReport));
    }
}
