using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Cli;

/// <summary><c>mistralserve mcp</c>: speaks MCP over standard input and output, for desktop hosts that start the server themselves.</summary>
internal static class McpCommand
{
    // Number of the file descriptor. Source: POSIX, unistd.h.
    private const int StandardOutput = 1;

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

        // Not the console's own stream: it hides that nobody reads any more, and shares a lock with standard error, so that a host that does not
        // read our log would get no answers either.
        using SafeFileHandle standardOutput = new(StandardOutput, ownsHandle: false);
        await using FileStream output = new(standardOutput, FileAccess.Write, bufferSize: 0);
        return await StdioHost.RunAsync(read.Settings, input, output, error, ModelStartup.Open, signals.First);
    }
}
