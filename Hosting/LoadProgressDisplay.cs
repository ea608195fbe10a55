using Microsoft.Extensions.Logging;

namespace MistralServe.Hosting;

/// <summary>Shows how far the model is loaded: a bar on a terminal, a log line for each quarter elsewhere.</summary>
internal static partial class LoadProgressDisplay
{
    private const int BarWidth = 40;

    // Often enough to look alive, too seldom to cost anything.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Runs until the model is loaded or its engine has ended. Says nothing about a model that is there at the first look.
    /// </summary>
    /// <param name="model">The model, started.</param>
    /// <param name="terminal">Where the bar is drawn; null when there is no terminal.</param>
    /// <param name="logger">Takes the lines when there is no terminal.</param>
    public static async Task RunAsync(IServedModel model, TextWriter? terminal, ILogger logger)
    {
        int shown = -1;
        while (!model.Ended.IsCompleted)
        {
            await Task.Delay(Interval);
            double? progress = model.GetHealth().Progress;
            int quarter = (int)((progress ?? 1) * 4);
            if (terminal is not null && (progress is not null || shown >= 0))
            {
                await terminal.WriteAsync(FormatBar(progress ?? 1));
            }
            else if (progress is not null && quarter > shown && quarter > 0)
            {
                LogProgress(logger, quarter * 25);
            }

            shown = Math.Max(shown, progress is null ? shown : quarter);
            if (progress is null)
            {
                break;
            }
        }

        if (terminal is not null && shown >= 0)
        {
            await terminal.WriteLineAsync();
        }
    }

    /// <summary>A carriage return and the bar, for example <c>Loading model [####····] 50 %</c>.</summary>
    internal static string FormatBar(double progress)
    {
        int full = (int)Math.Round(progress * BarWidth);
        return $"\rLoading model [{new string('#', full)}{new string('.', BarWidth - full)}] {progress * 100,3:F0} %";
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Loading the model: {Percent} %")]
    private static partial void LogProgress(ILogger logger, int percent);
}
