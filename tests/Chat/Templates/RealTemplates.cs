using System.Diagnostics;

namespace MistralServe.Tests.Chat.Templates;

/// <summary>
/// Chat templates of real models, as llama.cpp's repository has them: read at test time from a git bundle in a pinned npm package,
/// for they are not ours to keep. Skips where npm or git is absent.
/// </summary>
internal static class RealTemplates
{
    // Ours: a cold installation takes under a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Name and source of each template.</summary>
    public static async Task<List<(string Name, string Source)>> LoadAsync()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "real-templates"), repository = Path.Combine(folder, "llama.cpp");
        await Gate.WaitAsync();
        try
        {
            if (!Directory.Exists(repository))
            {
                await InstallAsync(folder, repository);
            }
        }
        finally
        {
            Gate.Release();
        }

        return [.. Directory.EnumerateFiles(Path.Combine(repository, "models", "templates"), "*.jinja").Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), File.ReadAllText(path)))];
    }

    /// <summary>Runs a program with some input; null when there is no such program.</summary>
    public static async Task<(int ExitCode, string Output, string Error)?> RunAsync(string program, string? folder, string input, params string[] arguments)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(part => File.Exists(Path.Combine(part, program))))
        {
            return null;
        }

        var info = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        info.Environment["PYTHONIOENCODING"] = "utf-8";
        info.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(info)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }

    private static async Task InstallAsync(string folder, string repository)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(RepositoryFiles.Path($"tests/clients/templates/{file}"), Path.Combine(folder, file), overwrite: true);
        }

        await RequireAsync("npm", folder, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error");
        string fresh = repository + ".new";
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }

        await RequireAsync("git", folder, "clone", "--quiet", "--no-checkout", Path.Combine(folder, "node_modules", "node-llama-cpp", "llama", "gitRelease.bundle"), fresh);
        string commit = (await RequireAsync("git", fresh, "rev-list", "--all", "--max-count=1")).Trim();
        await RequireAsync("git", fresh, "checkout", "--quiet", commit, "--", "models/templates");
        Directory.Move(fresh, repository);
    }

    private static async Task<string> RequireAsync(string program, string folder, params string[] arguments)
    {
        (int ExitCode, string Output, string Error)? result = await RunAsync(program, folder, "", arguments);
        if (result is null)
        {
            Assert.Skip($"needs {program} to get the templates of real models");
        }

        Assert.True(result.Value.ExitCode == 0, $"{program} {arguments[0]} ended with {result.Value.ExitCode}:\n{result.Value.Error}");
        return result.Value.Output;
    }
}
