using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting.Health;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;
using MistralServe.Inference.Ranking;
using MistralServe.Mcp.Tools;

namespace MistralServe.Hosting;

/// <summary>A model file served by the engine: the product's <see cref="IServedModel"/>.</summary>
internal sealed class EngineModel : IServedModel
{
    /// <summary>
    /// Longest context that is taken without being asked for, in tokens. Ours: room for a conversation on a small machine, whose
    /// memory a training length of 128k would fill.
    /// </summary>
    private const int DefaultContextLength = 4096;

    /// <summary>How often a drain looks whether all requests are done. Ours: below what a person notices.</summary>
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Longest wait for the decode thread to end. Ours: one batch takes far less; a model that is still being read from disk
    /// cannot be interrupted and dies with the process.
    /// </summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly InferenceEngine _engine;
    private readonly ChatService _chat;
    private readonly CompletionService _completions;
    private readonly EmbeddingService _embeddings;
    private readonly RankService _ranking;
    private readonly McpToolRegistry _tools;
    private readonly TimeProvider _time;
    private readonly IDisposable? _preparation;
    private bool _started;

    /// <summary>Puts loader, engine and chat together; loads nothing yet.</summary>
    /// <param name="description">What is known of the model before it is loaded.</param>
    /// <param name="settings">Checked settings.</param>
    /// <param name="template">The chat template; null refuses chat.</param>
    /// <param name="load">Loads the model for a layout, on the decode thread.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Makes loggers.</param>
    /// <param name="tools">Tools that there could be; null means the product's.</param>
    /// <param name="preparation">What has begun before the load; disposed when there will be none.</param>
    public EngineModel(
        ModelDescription description, ServeSettings settings, ChatTemplateSource? template, RunnerLoader load, TimeProvider time, ILoggerFactory loggers,
        IReadOnlyList<ToolRow>? tools = null, IDisposable? preparation = null)
    {
        Description = description;
        _time = time;
        _preparation = preparation;
        (EngineOptions options, ContextLayout layout) = ChooseLayout(description, settings);
        _engine = new InferenceEngine(options, progress => load(layout, progress), time, loggers.CreateLogger<InferenceEngine>());
        ModelConstraintCompiler constraints = new(new JsonGrammarBuilder());
        GenerationStarter starter = new(description, _engine, constraints);
        _completions = new CompletionService(starter);
        _chat = new ChatService(starter, template, constraints, time, loggers.CreateLogger<ChatService>());
        _embeddings = new EmbeddingService(description, _engine);
        _ranking = new RankService(description, _engine);
        ToolServices services = new()
        {
            Model = description,
            ContextLength = _engine.ContextLength,
            Chat = _chat.StartAsync,
            CountChat = _chat.CountAsync,
            Complete = _completions.StartAsync,
            Embed = _embeddings.ComputeAsync,
            Rank = _ranking.ComputeAsync,
            Vocabulary = (principal, cancellationToken) => VocabularyService.FindAsync(_engine, principal, cancellationToken),
        };
        _tools = McpToolRegistry.Create(tools ?? ToolTable.Rows, ModalityPair.Of(description), services, settings.McpTools);
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public Task<string> Ended => DescribeEndAsync();

    /// <inheritdoc/>
    public HealthReport GetHealth() => HealthReport.Of(_engine.State, _engine.LoadProgress, _engine.HeartbeatAge);

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services) =>
        services.AddSingleton(Description).AddSingleton(_engine).AddSingleton(_chat).AddSingleton(_completions)
            .AddSingleton(_embeddings).AddSingleton(_ranking).AddSingleton(_tools);

    /// <summary>What the settings become for a model: the engine's limits and the layout of its context.</summary>
    public static (EngineOptions Options, ContextLayout Layout) ChooseLayout(ModelDescription description, ServeSettings settings)
    {
        EngineOptions options = new()
        {
            Parallel = settings.Parallel,
            ContextLength = GetContextLength(description, settings.ContextLength),
            QueueLimit = settings.QueueLength,
            ShareLimit = settings.KeyShare ?? int.MaxValue,
            QueueTimeout = settings.QueueTimeout,
            RequestTimeout = settings.RequestTimeout,
            CacheStreams = Math.Min(settings.CacheStreams, LlamaRunner.MaxSequences - settings.Parallel),
            MaxDraftTokens = settings.MaxDraftTokens,
        };
        long limit = settings.CacheMemoryMebibytes * 1024L * 1024 ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
        ContextLayout layout = ContextLayout.Choose(description, options, settings.FlashAttention, settings.QuantizedKeys, limit);
        return (options with { CacheStreams = layout.CacheStreams }, layout);
    }

    /// <inheritdoc/>
    public void Start()
    {
        _started = true;
        _engine.Start();
    }

    /// <inheritdoc/>
    public async Task DrainAsync(TimeSpan limit)
    {
        long start = _time.GetTimestamp();
        _engine.Drain();
        while (_engine.ActiveCount > 0 && !_engine.Ended.IsCompleted && _time.GetElapsedTime(start) < limit)
        {
            await Task.Delay(DrainPoll, _time);
        }

        await StopAsync();
    }

    /// <summary>Ends the decode thread, which frees the model. Call after the last request is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_started)
        {
            await StopAsync();
        }
        else
        {
            _preparation?.Dispose();
        }
    }

    /// <summary>The smaller of <see cref="DefaultContextLength"/> and the training length, which 0 leaves unknown.</summary>
    internal static int GetDefaultContextLength(int trainingLength) =>
        trainingLength > 0 ? Math.Min(trainingLength, DefaultContextLength) : DefaultContextLength;

    // An embedding model or reranker knows no positions beyond its training; a request cannot ask for them.
    private static int GetContextLength(ModelDescription model, int? asked)
    {
        int length = asked ?? GetDefaultContextLength(model.TrainingContextLength);
        bool isPooled = (model.Capabilities & (ModelCapabilities.Embedding | ModelCapabilities.Ranking)) != 0;
        return isPooled && model.TrainingContextLength > 0 ? Math.Min(length, model.TrainingContextLength) : length;
    }

    private async Task StopAsync()
    {
        _engine.Stop();
        await Task.WhenAny(_engine.Ended, Task.Delay(StopTimeout, _time));
    }

    private async Task<string> DescribeEndAsync()
    {
        await _engine.Ended;
        return await _engine.Loaded ?? "The engine has stopped; the log says why.";
    }
}
