using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// The REST routes on a real Kestrel with an engine that is never started: requests that are refused never reach it, and tests map routes of
/// their own to drive the answer writers.
/// </summary>
internal sealed class RestServer : IAsyncDisposable
{
    private static readonly ModelDescription Model = new() { Id = "none", Path = "/none.gguf", Architecture = "llama", VocabularySize = 100 };

    private readonly WebApplication _app;

    private RestServer(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public int Port => Client.BaseAddress!.Port;

    public static async Task<RestServer> StartAsync(Action<IEndpointRouteBuilder>? map = null, long? maxBodyBytes = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxBodyBytes ?? kestrel.Limits.MaxRequestBodySize);
        builder.Services.AddOpenApi();
        OpenAiEndpoints.AddWireRecords(builder.Services);
        builder.Services.AddSingleton(TimeProvider.System);
        InferenceEngine engine = new(new EngineOptions(), _ => (null, "never started"), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        GenerationStarter starter = new(Model, engine);
        builder.Services.AddSingleton(new ChatService(starter, () => null)).AddSingleton(new CompletionService(starter)).AddSingleton(engine);
        WebApplication app = builder.Build();
        OpenAiEndpoints.UseErrorObjects(app);
        OpenAiEndpoints.Map(app);
        app.MapOpenApi();
        map?.Invoke(app);
        await app.StartAsync();
        return new RestServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
