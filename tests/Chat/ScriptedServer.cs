using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Hosting;
using MistralServe.TestHost;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Chat;

/// <summary>The test host in this process, on two real ports: the product's own code over a scripted model.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringWriter _log = new();
    private readonly Task<int> _run;

    private ScriptedServer(ReplayScript script)
    {
        (Port, McpPort) = (PublishedServer.FindFreePort(), PublishedServer.FindFreePort());
        Client = new HttpClient(new OpenAi.WireRecorder()) { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(60) };
        _run = ServerHost.RunAsync(
            ReplayModel.CreateSettings(Port, McpPort), TextWriter.Synchronized(_log),
            (settings, loggers) => (ReplayModel.Create(script, settings, loggers), null), _stop.Task);
    }

    public int Port { get; }

    public int McpPort { get; }

    public HttpClient Client { get; }

    /// <summary>Starts the server with a script of <c>tests/TestHost/scripts</c>.</summary>
    public static Task<ScriptedServer> StartAsync(string name) => StartAsync(ReplayScript.Load(RepositoryFiles.Path($"tests/TestHost/scripts/{name}.json")));

    /// <summary>Starts the server and waits until it is ready.</summary>
    public static async Task<ScriptedServer> StartAsync(ReplayScript script)
    {
        var server = new ScriptedServer(script);
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _stop.TrySetResult();
        Assert.Equal(0, await _run.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
