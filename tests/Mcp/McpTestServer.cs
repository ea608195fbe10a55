using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Inference;
using MistralServe.Mcp;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.Hosting;

namespace MistralServe.Tests.Mcp;

/// <summary>The MCP endpoint on a real listener, with tools of the test's choice and no access checks in front.</summary>
internal sealed class McpTestServer : IAsyncDisposable
{
    public const string Modern = "2026-07-28";

    private readonly WebApplication _app;

    private McpTestServer(WebApplication app, Uri address)
    {
        _app = app;
        Client = new HttpClient(new McpWireRecorder()) { BaseAddress = address };
    }

    public static ModelDescription Model { get; } = new()
    {
        Id = "test-model",
        Path = "/secret/place/test-model.gguf",
        Architecture = "llama",
        Name = "Modèle d’essai",
        SizeBytes = 5_000_000_000,
        TrainingContextLength = 2048,
        VocabularySize = 512,
        ParameterCount = 7_000_000_000,
        EmbeddingLength = 64,
        Quantization = "Q4_1",
        Capabilities = ModelCapabilities.TextGeneration,
    };

    public HttpClient Client { get; }

    public Uri Endpoint => new(Client.BaseAddress!, "/mcp");

    public static async Task<McpTestServer> StartAsync(
        IReadOnlyList<IMcpTool>? tools = null,
        long maxBodyBytes = 30_000_000,
        Action<HttpContext>? middleware = null,
        StreamTimings? timings = null,
        TimeProvider? time = null,
        bool guarded = false,
        ILoggerProvider? loggers = null,
        McpToolRegistry? registry = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (loggers is not null)
        {
            builder.Logging.AddProvider(loggers);
        }

        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxBodyBytes);
        builder.Services.AddSingleton(Model).AddSingleton(timings ?? StreamTimings.Default).AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(registry ?? new McpToolRegistry(tools ?? [FakeTool.Echo("chat"), new ModelInfoTool(Model, 1024)]));
        McpEndpoints.AddServices(builder.Services);
        WebApplication app = builder.Build();
        McpEndpoints.UseLog(app);
        if (middleware is not null)
        {
            app.Use((context, next) =>
            {
                middleware(context);
                return next(context);
            });
        }

        if (guarded)
        {
            var settings = new ServeSettings();
            app.UseRouting();
            app.Use(McpPort.Define(settings, ApiKeyStore.Load(settings).Store!, new ScriptedModel()).Guard.InvokeAsync);
        }

        McpEndpoints.Map(app);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new(app, new Uri(address));
    }

    /// <summary>POSTs a body with only <c>Content-Type: application/json</c> and the headers given.</summary>
    public Task<Answer> PostAsync(string body, params (string Name, string Value)[] headers) =>
        PostAsync(Encoding.UTF8.GetBytes(body), headers);

    public Task<Answer> PostAsync(byte[] body, params (string Name, string Value)[] headers) => PostToAsync("/mcp", body, headers);

    public async Task<Answer> PostToAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await SendAsync(request);
    }

    /// <summary>POSTs a body with both types of answer accepted, as SDK clients do, and reads the answer as an event stream.</summary>
    public Task<EventStreamClient> StreamAsync(string body, params (string Name, string Value)[] headers) =>
        StreamAsync(body, CancellationToken.None, headers);

    public Task<EventStreamClient> StreamAsync(string body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return EventStreamClient.OpenAsync(Client, request, cancellationToken);
    }

    /// <summary>Opens an event stream of revision 2024-11-05.</summary>
    public Task<EventStreamClient> OpenStreamAsync(string path = "/sse", CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        return EventStreamClient.OpenAsync(Client, request, cancellationToken);
    }

    /// <summary>POSTs a modern request with the headers and the <c>_meta</c> that it needs.</summary>
    public Task<Answer> PostModernAsync(string method, string parameters = "", string? name = null)
    {
        string comma = parameters.Length == 0 ? "" : ",";
        string body = $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{{{{parameters}}}{{{comma}}}{{{Meta()}}}}}""";
        List<(string, string)> headers = [("MCP-Protocol-Version", Modern), ("Mcp-Method", method)];
        if (name is not null)
        {
            headers.Add(("Mcp-Name", name));
        }

        return PostAsync(body, [.. headers]);
    }

    /// <summary>The member <c>_meta</c> of a modern request.</summary>
    public static string Meta(string version = Modern) =>
        $$$"""
        "_meta":{"io.modelcontextprotocol/protocolVersion":"{{{version}}}","io.modelcontextprotocol/clientCapabilities":{}}
        """;

    /// <summary>Asks for a stream as clients of later revisions do: there is none.</summary>
    public async Task ExpectNoStreamAsync(params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/mcp");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        Answer answer = await SendAsync(request);
        answer.ExpectError(405, -32600, null);
        Assert.Equal("POST", answer.Allow);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await Client.SendAsync(request);
        return new(
            response.StatusCode,
            response.Content.Headers.TryGetValues("Content-Type", out IEnumerable<string>? types) ? types.Single() : null,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.Allow.SingleOrDefault() ?? "",
            response.Headers.RetryAfter?.Delta)
        {
            Session = response.Headers.TryGetValues("Mcp-Session-Id", out IEnumerable<string>? ids) ? ids.Single() : null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>What came back. The content type is the raw header.</summary>
    internal sealed record Answer(HttpStatusCode Status, string? ContentType, string Body, string Allow, TimeSpan? RetryAfter)
    {
        /// <summary>Value of <c>Mcp-Session-Id</c>; null when there is none.</summary>
        public string? Session { get; init; }

        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public JsonElement Result
        {
            get
            {
                Assert.Equal(HttpStatusCode.OK, Status);
                Assert.Equal("application/json", ContentType);
                return Json.GetProperty("result");
            }
        }

        /// <summary>Asserts an error with this status, code and id (raw token; null for no id) and returns it.</summary>
        public JsonElement ExpectError(int status, int code, string? id)
        {
            Assert.Equal(status, (int)Status);
            Assert.Equal("application/json", ContentType);
            JsonElement root = Json;
            Assert.Equal("2.0", root.GetProperty("jsonrpc").GetString());
            Assert.Equal(id, root.TryGetProperty("id", out JsonElement found) ? found.GetRawText() : null);
            Assert.False(root.TryGetProperty("result", out _));
            JsonElement error = root.GetProperty("error");
            Assert.Equal(code, error.GetProperty("code").GetInt32());
            Assert.NotEqual("", error.GetProperty("message").GetString());
            return error;
        }

        public void ExpectAccepted()
        {
            Assert.Equal(HttpStatusCode.Accepted, Status);
            Assert.Equal("", Body);
            Assert.Null(ContentType);
        }
    }
}
