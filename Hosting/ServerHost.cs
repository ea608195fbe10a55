using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Access.OAuth;

namespace MistralServe.Hosting;

/// <summary>
/// The life of the server process.
/// <code>
/// 1 keys and bind rule   → refused with a sentence before anything is opened
/// 2 header of the model  → refused with a sentence before the native library sees the file; its vocabulary begins to load
/// 3 both listeners open  → /health says "loading model", requests wait in the queue
/// 4 weights load         → requests are served
/// 5 first SIGTERM/SIGINT → drain, then the listeners close, then the engine is freed
/// </code>
/// </summary>
internal static class ServerHost
{
    /// <summary>Exit code for settings that are refused.</summary>
    public const int RefusedExitCode = 2;

    /// <summary>Exit code for a start that fails, or an engine that ends by itself.</summary>
    public const int FailedExitCode = 1;

    /// <summary>
    /// Runs the server until it is asked to stop.
    /// </summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="error">Where the banner and refusals are written.</param>
    /// <param name="open">Reads the model's header; gives the model, its weights not yet loading, or a sentence.</param>
    /// <param name="stop">Completes when the server shall drain and stop (the first signal).</param>
    /// <returns>The exit code of the process: 0 after a drain that was asked for.</returns>
    public static async Task<int> RunAsync(
        ServeSettings settings,
        TextWriter error,
        Func<ServeSettings, ILoggerFactory, (IServedModel? Model, string? Problem)> open,
        Task stop)
    {
        // 1
        (ApiKeyStore? keys, string? problem) = ApiKeyStore.Load(settings);
        if (keys is null || (problem = BindRule.Check(settings, keys)) is not null)
        {
            await error.WriteLineAsync(problem);
            return RefusedExitCode;
        }

        settings = CallerShare.Apply(settings, keys);

        // 2
        using ILoggerFactory loggers = LogSetup.Create(settings.LogLevel);
        (IServedModel? opened, problem) = open(settings, loggers);
        if (opened is null)
        {
            await error.WriteLineAsync(problem);
            return FailedExitCode;
        }

        await using IServedModel model = opened;
        return await ServeAsync(settings, keys, model, loggers, error, stop);
    }

    private static async Task<int> ServeAsync(
        ServeSettings settings, ApiKeyStore keys, IServedModel model, ILoggerFactory loggers, TextWriter error, Task stop)
    {
        // 3
        PortDefinition restPort = RestPort.Define(settings, keys, model);
        using AccessTokens? tokens = McpPort.CreateTokens(settings, loggers);
        PortDefinition mcpPort = McpPort.Define(settings, keys, model, tokens);
        await using WebApplication rest = PortApplication.Build(restPort, loggers);
        await using WebApplication mcp = PortApplication.Build(mcpPort, loggers);
        if ((await PortApplication.StartAsync(rest, restPort) ?? await PortApplication.StartAsync(mcp, mcpPort)) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return FailedExitCode;
        }

        IPEndPoint restAddress = PortApplication.GetEndPoint(rest);
        await error.WriteLineAsync(StartupBanner.Format(restAddress, PortApplication.GetEndPoint(mcp), model.Description));

        // 4
        model.Start();
        Task display = LoadProgressDisplay.RunAsync(model, Console.IsErrorRedirected ? null : error, loggers.CreateLogger("MistralServe.Hosting.Load"));
        Task<string> ended = model.Ended;
        bool stopRequested = await Task.WhenAny(stop, ended) == stop;

        // 5
        if (stopRequested)
        {
            await model.DrainAsync(settings.DrainTimeout);
        }
        else
        {
            await error.WriteLineAsync(await ended);
        }

        await Task.WhenAll(rest.StopAsync(), mcp.StopAsync(), display);
        return stopRequested ? 0 : FailedExitCode;
    }
}
