using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Hosting;
using MistralServe.TestHost;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Chat;

/// <summary>
/// The test host on two real ports: the product's own code over a scripted model. Scripts of files run in the published executable where there is
/// one (environment variable MISTRALSERVE_TESTHOST, else <c>tests/TestHost/dist/</c>), all else in this process.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringWriter _log = new();
    private readonly Task<int> _run;

    private ScriptedServer(Func<ScriptedServer, Task<int>> run)
    {
        (Port, McpPort) = (PublishedServer.FindFreePort(), PublishedServer.FindFreePort());
        Client = new HttpClient(new OpenAi.WireRecorder()) { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(60) };
        _run = run(this);
    }

    public int Port { get; }

    public int McpPort { get; }

    public HttpClient Client { get; }

    /// <summary>Starts the server with a script of <c>tests/TestHost/scripts</c>.</summary>
    public static Task<ScriptedServer> StartAsync(string name) => StartFileAsync(RepositoryFiles.Path($"tests/TestHost/scripts/{name}.json"));

    /// <summary>Starts the server with the script of a file.</summary>
    public static Task<ScriptedServer> StartFileAsync(string script)
    {
        return FindProgram() is { } program ? StartAsync(server => server.RunProgramAsync(program, script)) : StartAsync(ReplayScript.Load(script));
    }

    /// <summary>Starts the server in this process and waits until it is ready.</summary>
    public static Task<ScriptedServer> StartAsync(ReplayScript script) => StartAsync(server => ServerHost.RunAsync(
        ReplayModel.CreateSettings(server.Port, server.McpPort), TextWriter.Synchronized(server._log),
        (settings, loggers) => (ReplayModel.Create(script, settings, loggers), null), server._stop.Task));

    private static async Task<ScriptedServer> StartAsync(Func<ScriptedServer, Task<int>> run)
    {
        var server = new ScriptedServer(run);
        for (int i = 0; ; i++)
        {
            Assert.False(server._run.IsCompleted || i > 1000, $"the host did not start:\n{server._log}");
            try
            {
                using HttpResponseMessage health = await server.Client.GetAsync("/health");
                if (health.StatusCode == HttpStatusCode.OK)
                {
                    return server;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(10);
        }
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Client.PostAsync(path, content);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    /// <summary>The answer to a chat request, which must succeed.</summary>
    public async Task<JsonElement> ChatAsync(string user, string fields = "\"temperature\":0")
    {
        (int status, JsonElement body) = await PostAsync(
            "/v1/chat/completions", $$"""{"messages":[{"role":"user","content":{{JsonSerializer.Serialize(user, TestJson.Default.String)}}}],{{fields}}}""");
        Assert.True(status == 200, body.GetRawText());
        return body;
    }

    private static string? FindProgram()
    {
        string? named = Environment.GetEnvironmentVariable("MISTRALSERVE_TESTHOST");
        string path = named ?? RepositoryFiles.Path("tests/TestHost/dist/mistralserve-testhost");
        Assert.True(named is null || File.Exists(path), $"MISTRALSERVE_TESTHOST names no file: {path}");
        return File.Exists(path) ? path : null;
    }

    private async Task<int> RunProgramAsync(string program, string script)
    {
        string[] arguments =
            ["--script", script, "--port", Port.ToString(CultureInfo.InvariantCulture), "--mcp-port", McpPort.ToString(CultureInfo.InvariantCulture)];
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task exit = process.WaitForExitAsync();
        if (await Task.WhenAny(_stop.Task, exit) != exit)
        {
            using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            try
            {
                await exit.WaitAsync(TimeSpan.FromSeconds(20));
            }
            finally
            {
                process.Kill();
            }
        }

        await _log.WriteAsync(await errors);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _stop.TrySetResult();
        Assert.Equal(0, await _run.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
