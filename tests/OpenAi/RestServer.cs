using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Ranking;
using MistralServe.OpenAi;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// The REST routes on a real Kestrel with an engine that is started only for a scripted model: requests that are refused never reach it, and
/// tests map routes of their own to drive the answer writers.
/// </summary>
internal sealed class RestServer : IAsyncDisposable
{
    private static readonly ModelDescription Model = new() { Id = "none", Path = "/none.gguf", Architecture = "llama", VocabularySize = 100, Capabilities = ModelCapabilities.TextGeneration };

    private readonly WebApplication _app;

    private readonly InferenceEngine _engine;

    private RestServer(WebApplication app, InferenceEngine engine)
    {
        _app = app;
        _engine = engine;
        Client = new HttpClient(new WireRecorder()) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    /// <summary>Requests that wait or run in the engine.</summary>
    public int ActiveCount => _engine.ActiveCount;

    /// <summary>The routes that are mapped.</summary>
    public EndpointDataSource Routes => _app.Services.GetRequiredService<EndpointDataSource>();

    public int Port => Client.BaseAddress!.Port;

    /// <summary>Starts the server.</summary>
    /// <param name="map">Routes besides those of the API.</param>
    /// <param name="maxBodyBytes">Limit of request bodies.</param>
    /// <param name="runner">The model of the engine, which is started only with one.</param>
    /// <param name="capabilities">What the model says it can do.</param>
    /// <param name="options">Limits of the engine.</param>
    /// <param name="api">What the host decides about the API.</param>
    /// <param name="constraints">Compiles output formats.</param>
    /// <param name="template">How conversations become prompts; without one they are refused.</param>
    public static async Task<RestServer> StartAsync(
        Action<IEndpointRouteBuilder>? map = null, long? maxBodyBytes = null, IRunner? runner = null,
        ModelCapabilities capabilities = ModelCapabilities.TextGeneration, EngineOptions? options = null, OpenAiOptions? api = null,
        IConstraintCompiler? constraints = null, ChatTemplateSource? template = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxBodyBytes ?? kestrel.Limits.MaxRequestBodySize);
        OpenAiEndpoints.AddServices(builder.Services, api ?? new OpenAiOptions());
        builder.Services.AddSingleton(TimeProvider.System);
        InferenceEngine engine = new(options ?? new EngineOptions(), _ => (runner, runner is null ? "never started" : null), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        ModelDescription model = Model with { Capabilities = capabilities };
        GenerationStarter starter = new(model, engine, constraints);
        var compiler = new ModelConstraintCompiler(new JsonGrammarBuilder());
        builder.Services.AddSingleton(new ChatService(starter, template, compiler, TimeProvider.System, NullLogger.Instance)).AddSingleton(new CompletionService(starter)).AddSingleton(engine)
            .AddSingleton(new EmbeddingService(model, engine)).AddSingleton(new RankService(model, engine));
        WebApplication app = builder.Build();
        OpenAiEndpoints.UseErrorObjects(app);
        OpenAiEndpoints.Map(app);
        map?.Invoke(app);
        await app.StartAsync();
        if (runner is not null)
        {
            engine.Start();
        }

        return new RestServer(app, engine);
    }

    /// <summary>Posts JSON.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    /// <summary>Posts JSON and expects 200.</summary>
    public async Task<string> PostForTextAsync(string path, string body)
    {
        using HttpResponseMessage answer = await PostAsync(path, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    /// <summary>Waits until the engine has nothing left to do.</summary>
    public async Task WaitIdleAsync()
    {
        for (int i = 0; ActiveCount > 0; i++)
        {
            Assert.True(i < 5000, "the request is still active");
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _engine.Stop();
    }
}
