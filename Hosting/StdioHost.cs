using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MistralServe.Inference;
using MistralServe.Mcp;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Stdio;
using MistralServe.Mcp.Tools;

namespace MistralServe.Hosting;

/// <summary>The life of a process that speaks MCP over its standard streams: no port is opened, the host that started it is the only client.</summary>
internal static class StdioHost
{
    /// <summary>
    /// Serves until the input ends. The first answers come while the model still loads.
    /// </summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="input">Messages of the host.</param>
    /// <param name="output">Messages to the host, and nothing else.</param>
    /// <param name="error">Where refusals are written.</param>
    /// <param name="open">Reads the model's header; gives the model, its weights not yet loading, or a sentence.</param>
    /// <param name="stop">Completes at the first signal.</param>
    /// <returns>The exit code: 0 at the end of the input or after a signal, 1 when the model cannot be served.</returns>
    public static async Task<int> RunAsync(
        ServeSettings settings,
        Stream input,
        Stream output,
        TextWriter error,
        Func<ServeSettings, ILoggerFactory, (IServedModel? Model, string? Problem)> open,
        Task stop)
    {
        using ILoggerFactory loggers = LogSetup.Create(settings.LogLevel);
        (IServedModel? opened, string? problem) = open(settings, loggers);
        if (opened is null)
        {
            await error.WriteLineAsync(problem);
            return ServerHost.FailedExitCode;
        }

        await using IServedModel model = opened;
        var services = new ServiceCollection();
        model.AddServices(services);
        await using ServiceProvider provider = services.BuildServiceProvider();
        McpDispatcher dispatcher = McpEndpoints.CreateDispatcher(
            provider.GetRequiredService<McpToolRegistry>(), provider.GetRequiredService<ModelDescription>(), loggers);
        model.Start();

        using var end = new CancellationTokenSource();
        Task serving = new StdioServer(dispatcher, StreamTimings.Default, settings.MaxBodySizeBytes).RunAsync(input, output, end.Token);
        Task first = await Task.WhenAny(serving, model.Ended, stop);
        if (first == model.Ended)
        {
            await error.WriteLineAsync(await model.Ended);
            return ServerHost.FailedExitCode;
        }

        // After a signal the input may stay open, and a read of it cannot be cancelled: the process ends without it.
        await end.CancelAsync();
        return 0;
    }
}
