using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MistralServe.Tests.EndToEnd;

/// <summary>
/// The published binary as a child process on two free ports. Found by the environment variable MISTRALSERVE_BINARY, else in
/// <c>dist/</c>; where it is absent the test is skipped with a reason, in CI absence is an error.
/// </summary>
internal sealed class PublishedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private PublishedServer(Process process, int port, int mcpPort)
    {
        _process = process;
        Port = port;
        McpPort = mcpPort;
        Rest = new HttpClient(new OpenAi.WireRecorder()) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(120) };
        Mcp = new HttpClient(new Mcp.McpWireRecorder()) { BaseAddress = new Uri($"http://127.0.0.1:{mcpPort}"), Timeout = TimeSpan.FromSeconds(120) };
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public int Port { get; }

    public int McpPort { get; }

    public HttpClient Rest { get; }

    public HttpClient Mcp { get; }

    public int ProcessId => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>All that the server wrote so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Path of the binary; skips the test where there is none.</summary>
    public static string FindBinary()
    {
        string path = Environment.GetEnvironmentVariable("MISTRALSERVE_BINARY") ?? RepositoryFiles.Path("dist/mistralserve");
        if (!File.Exists(path))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail($"the published binary is missing: {path}");
            }

            Assert.Skip("needs the published binary: dotnet publish -c Release -o dist");
        }

        return path;
    }

    /// <summary>Starts the server and waits until it is ready, unless <paramref name="wait"/> is false.</summary>
    public static async Task<PublishedServer> StartAsync(
        string? model = null, bool wait = true, IReadOnlyDictionary<string, string>? environment = null, int? mcpPortWanted = null, params string[] arguments)
    {
        (int port, int mcpPort) = (FindFreePort(), mcpPortWanted ?? FindFreePort());
        Process process = Launch(["serve", "-p", $"{port}", "--mcp-port", $"{mcpPort}", .. model is null ? Array.Empty<string>() : ["-m", model], .. arguments], environment);
        var server = new PublishedServer(process, port, mcpPort);
        if (wait)
        {
            await server.WaitReadyAsync();
        }

        return server;
    }

    /// <summary>Runs the binary to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using Process process = Launch(arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }

    public static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task WaitReadyAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(20))
        {
            Assert.False(_process.HasExited, $"the server ended while starting:\n{Log}");
            try
            {
                using HttpResponseMessage response = await Rest.GetAsync("/health");
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        Assert.Fail($"not ready within 60 s:\n{Log}");
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Rest.PostAsync(path, Json(json));

    public Task<HttpResponseMessage> PostMcpAsync(string json) => Mcp.PostAsync("/mcp", Json(json));

    /// <summary>Sends a signal by name, for example TERM.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var source = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(source.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Rest.Dispose();
        Mcp.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static Process Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var info = new ProcessStartInfo(FindBinary(), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string name in info.Environment.Keys.Where(key => key.StartsWith("MISTRALSERVE_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        return Process.Start(info)!;
    }

    private void Collect(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    }
}
