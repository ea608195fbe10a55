using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MistralServe.Hosting;

/// <summary>Where log lines go: one line each, on standard error, because standard output belongs to results.</summary>
internal static class LogSetup
{
    /// <summary>
    /// Creates the loggers of the process. Below warning the web framework is heard only at debug and trace: its lines are about
    /// its own parts, not about requests.
    /// </summary>
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level);
        if (level > LogLevel.Debug)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);

            // A start that fails is our sentence, not the framework's stack trace.
            logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;

            // A host that does not read our standard error must not bring the server to a halt.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    });
}
