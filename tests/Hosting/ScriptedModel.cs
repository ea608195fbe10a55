using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Hosting.Health;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Ranking;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Hosting;

/// <summary>A model whose state the test sets, and that writes down what the host does with it.</summary>
internal sealed class ScriptedModel : IServedModel
{
    private readonly TaskCompletionSource<string> _ended = new();

    public List<string> Calls { get; } = [];

    public HealthReport Report { get; set; } = HealthReport.Of(EngineState.Ready, 1, TimeSpan.Zero);

    public ModelDescription Description { get; init; } = new() { Id = "scripted", Path = "/scripted.gguf", Architecture = "llama" };

    public Task<string> Ended => _ended.Task;

    public HealthReport GetHealth() => Report;

    public void AddServices(IServiceCollection services)
    {
        InferenceEngine engine = new(new EngineOptions(), _ => (null, "never started"), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        ModelConstraintCompiler constraints = new(new JsonGrammarBuilder());
        ChatService chat = new(new GenerationStarter(Description, engine, constraints), null, constraints, TimeProvider.System, NullLogger.Instance);
        EmbeddingService embeddings = new(Description, engine);
        RankService ranking = new(Description, engine);
        ToolServices tools = new()
        {
            Model = Description,
            ContextLength = engine.ContextLength,
            Chat = chat.StartAsync,
            CountChat = chat.CountAsync,
            Complete = new CompletionService(new GenerationStarter(Description, engine)).StartAsync,
            Embed = embeddings.ComputeAsync,
            Rank = ranking.ComputeAsync,
            Vocabulary = (principal, cancellationToken) => VocabularyService.FindAsync(engine, principal, cancellationToken),
        };
        services.AddSingleton(Description).AddSingleton(engine).AddSingleton(chat).AddSingleton(embeddings).AddSingleton(ranking)
            .AddSingleton(McpToolRegistry.Create(tools));
    }

    public void Start() => Calls.Add("start");

    public Task DrainAsync(TimeSpan limit)
    {
        Calls.Add($"drain {limit.TotalSeconds}");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Calls.Add("dispose");
        return ValueTask.CompletedTask;
    }

    public void End() => _ended.SetResult("the script ends");
}
