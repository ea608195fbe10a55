using System.CommandLine;
using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Cli;

/// <summary><c>mistralserve serve</c>: loads one model and serves it until a signal comes.</summary>
internal static class ServeCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Command command = new("serve", "Serve one model over the OpenAI REST API and over MCP.");
        CommandOptions options = new(command, OptionTable.Serve);
        command.SetAction((result, _) => RunAsync(options.Read(result), result.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<int> RunAsync(SettingsResult read, TextWriter error)
    {
        if (read.Settings is null)
        {
            await error.WriteLineAsync(read.Problem);
            return MistralServeCommand.UsageError;
        }

        if (read.Sources.GetValueOrDefault(OptionTable.ApiKey.Flag) == OptionSource.CommandLine)
        {
            await error.WriteLineAsync(
                $"Warning: process lists show the value of {OptionTable.ApiKey.Flag}; prefer {OptionTable.ApiKey.EnvironmentVariable} or --api-key-file.");
        }

        using ShutdownSignals signals = new();
        return await ServerHost.RunAsync(read.Settings, error, ModelStartup.Open, signals.First);
    }
}
