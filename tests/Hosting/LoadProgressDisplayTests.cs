using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Hosting.Health;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Hosting;

public sealed class LoadProgressDisplayTests
{
    [Fact]
    public void The_bar_is_as_full_as_the_model_is_loaded() =>
        Assert.Equal("\rLoading model [####################....................]  50 %", LoadProgressDisplay.FormatBar(0.5));

    [Fact]
    public async Task A_terminal_sees_the_bar_until_the_model_is_ready()
    {
        using var terminal = new StringWriter();
        var model = new ScriptedModel { Report = HealthReport.Of(EngineState.Loading, 0.25f, TimeSpan.Zero) };
        Task display = LoadProgressDisplay.RunAsync(model, terminal, NullLogger.Instance);
        while (!terminal.ToString().Contains(" 25 %", StringComparison.Ordinal))
        {
            await Task.Delay(5);
        }

        model.Report = HealthReport.Of(EngineState.Ready, 1, TimeSpan.Zero);
        await display.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.EndsWith("100 %" + Environment.NewLine, terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_there_at_once_shows_nothing()
    {
        using var terminal = new StringWriter();
        await LoadProgressDisplay.RunAsync(new ScriptedModel(), terminal, NullLogger.Instance).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(terminal.ToString());
    }
}
