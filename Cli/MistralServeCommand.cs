using System.CommandLine;
using System.CommandLine.Invocation;

namespace MistralServe.Cli;

/// <summary>The root command: its sub-commands and how a command line is run.</summary>
internal static class MistralServeCommand
{
    /// <summary>Exit code for a command line or a setting that cannot be used.</summary>
    public const int UsageError = 2;

    /// <summary>
    /// Runs a command line.
    /// </summary>
    /// <param name="args">Arguments without the program's name.</param>
    /// <param name="output">Where results go; null means standard output.</param>
    /// <param name="error">Where messages go; null means standard error.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        RootCommand root = new("Serves one GGUF model over the OpenAI REST API and over MCP.")
        {
            ServeCommand.Create(),
            McpCommand.Create(),
            HealthCommand.Create(),
            DoctorCommand.Create(),
            OptionsCommand.Create(),
        };
        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

        // Signals belong to the server, which drains first; the library's own handling would end the process after a while.
        InvocationConfiguration invocation = new()
        {
            ProcessTerminationTimeout = null,
            Output = output ?? Console.Out,
            Error = error ?? Console.Error,
        };
        if (result.Action is ParseErrorAction parseError)
        {
            // The message must not scroll away behind a page of options; only a bare call gets the overview.
            parseError.ShowHelp = args.Length == 0;
            parseError.ShowTypoCorrections = false; // cut out of the library, see trimmed.xml
            await TypoCorrections.WriteAsync(result, invocation.Output);
            await result.InvokeAsync(invocation);
            return UsageError;
        }

        return await result.InvokeAsync(invocation);
    }
}
