using System.CommandLine;
using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Cli;

/// <summary><c>mistralserve mcp</c>: speaks MCP over standard input and output, for desktop hosts that start the server themselves.</summary>
internal static class McpCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Command command = new("mcp", "Serve one model over MCP on standard input and output, for hosts that start it as a child process.");
        CommandOptions options = new(command, OptionTable.Mcp);
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

        using ShutdownSignals signals = new();
        await using Stream input = Console.OpenStandardInput();
        await using Stream output = Console.OpenStandardOutput();
        return await StdioHost.RunAsync(read.Settings, input, output, error, ModelStartup.Open, signals.First);
    }
}
