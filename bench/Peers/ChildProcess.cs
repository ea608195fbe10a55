using System.Diagnostics;

namespace MistralServe.Bench.Peers;

/// <summary>Runs a program that prints a result and ends.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <summary>The last line of its standard output. Throws <see cref="BenchFailureException"/> when it fails or takes too long.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set.</param>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new BenchFailureException($"it ran for more than {Timeout.TotalMinutes} minutes");
        }

        return process.ExitCode == 0
            ? LastLine(await output)
            : throw new BenchFailureException($"exit code {process.ExitCode}: {LastLine(await errors)}");
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}
