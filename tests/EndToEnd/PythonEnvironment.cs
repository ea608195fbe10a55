using System.Diagnostics;

namespace MistralServe.Tests.EndToEnd;

/// <summary>Python with packages from <c>../shared/wheels</c>, installed once into a folder of the build output.</summary>
internal static class PythonEnvironment
{
    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Runs a script of <c>tests/clients/python</c> with some packages; skips where Python or the wheels are absent.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string name, string[] packages, string script, params string[] arguments)
    {
        string wheels = RepositoryFiles.Shared("wheels");
        string folder = Path.Combine(AppContext.BaseDirectory, "python", name);
        await Gate.WaitAsync();
        try
        {
            if (!Directory.Exists(folder))
            {
                (int code, _, string error) = await StartAsync(null, ["-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels, "--target", folder + ".new", .. packages]);
                Assert.True(code == 0, error);
                Directory.Move(folder + ".new", folder);
            }
        }
        finally
        {
            Gate.Release();
        }

        return await StartAsync(folder, [RepositoryFiles.Path($"tests/clients/python/{script}"), .. arguments]);
    }

    private static async Task<(int ExitCode, string Output, string Error)> StartAsync(string? packages, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (packages is not null)
        {
            info.Environment["PYTHONPATH"] = packages;
        }

        info.Environment["PYTHONIOENCODING"] = "utf-8";
        using Process process = Process.Start(info)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }
}
