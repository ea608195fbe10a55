using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// A server whose routes answer from a channel that the test feeds by hand: /stream, /usage and /json as chat answers, /text as
/// the text completion that the test asks for.
/// </summary>
internal sealed class AnswerRoutes : IAsyncDisposable
{
    public static readonly AnswerIdentity Identity = new("chatcmpl-1", 1700000000, "org/model \"q\"", "fp_1");

    private static readonly ScriptedRunner Vocabulary = new(_ => 0);

    private readonly Channel<GenerationEvent> _channel = Channel.CreateUnbounded<GenerationEvent>();
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RestServer? _server;

    public RestServer Server => _server!;

    /// <summary>Completes when the generation is disposed.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Starts the server.</summary>
    /// <param name="keepAliveInterval">Of the chat streams.</param>
    /// <param name="choices">Of the chat answers.</param>
    /// <param name="completion">The request that /text answers.</param>
    /// <param name="extras">What the chat answers tell besides.</param>
    /// <param name="functionCall">Whether calls have the deprecated form.</param>
    /// <param name="showsReasoning">Whether reasoning is shown.</param>
    public static async Task<AnswerRoutes> StartAsync(
        TimeSpan? keepAliveInterval = null, int choices = 1, string completion = """{"prompt":"a"}""", AnswerExtras? extras = null,
        bool functionCall = false, bool showsReasoning = true)
    {
        var form = new ChatAnswerForm(showsReasoning, functionCall);
        var routes = new AnswerRoutes();
        TimeSpan interval = keepAliveInterval ?? TimeSpan.FromSeconds(30);
        using JsonDocument document = JsonDocument.Parse(completion);
        CompletionPlan plan = CompletionRequestValidator.Validate(CompletionRequestReader.Read(document.RootElement).Value!, "", 100).Value!;
        routes._server = await RestServer.StartAsync(app =>
        {
            app.MapGet("/stream", (HttpContext c) => Stream(c, includeUsage: false));
            app.MapGet("/usage", (HttpContext c) => Stream(c, includeUsage: true));
            app.MapGet("/json", (HttpContext c) => AnswerWriter.WriteAsync(
                c, routes.NewGeneration(), choices, () => new ScriptedParser(),
                answer => ChatCompletion.From(Identity, answer, extras ?? new AnswerExtras(), Vocabulary, form), OpenAiJsonContext.Default.ChatCompletion));
            app.MapGet("/text", (HttpContext c) => CompletionEndpoint.AnswerAsync(
                c, routes.NewGeneration(), plan, Vocabulary, Identity with { Id = "cmpl-1" }, NullLogger.Instance));
        });
        return routes;

        Task Stream(HttpContext context, bool includeUsage) => AnswerStreamWriter.WriteAsync(
            context, routes.NewGeneration(), choices, events => new ChatChunkWriter(events, Identity, includeUsage, choices, () => new ScriptedParser(), form) { Details = TokenDetails.Create(extras ?? new AnswerExtras(), Vocabulary, isChat: true) },
            interval, NullLogger.Instance);
    }

    public void Text(string text, int choice = 0, IReadOnlyList<TokenReport>? tokens = null, TokenUsage usage = default) =>
        Write(new GenerationEvent { Kind = GenerationEventKind.Text, Choice = choice, Text = Encoding.UTF8.GetBytes(text), Tokens = tokens, Usage = usage });

    public void Progress() => Write(new GenerationEvent { Kind = GenerationEventKind.PromptProgress });

    /// <summary>The last event of a request with one choice.</summary>
    public void Finish(FinishReason reason)
    {
        FinishChoice(0, reason, new TokenUsage(5, 2, 3));
        _channel.Writer.Complete();
    }

    public void FinishChoice(int choice, FinishReason reason, TokenUsage usage, double logProbability = 0, IReadOnlyList<TokenReport>? tokens = null) => Write(
        new GenerationEvent
        {
            Kind = GenerationEventKind.Finished, Choice = choice, FinishReason = reason, Usage = usage, LogProbability = logProbability, Tokens = tokens,
        });

    public void Fail(EngineFailureCode code)
    {
        Write(new GenerationEvent { Kind = GenerationEventKind.Failed, Failure = new EngineFailure(code, "A sentence.") });
        _channel.Writer.Complete();
    }

    public void Close() => _channel.Writer.Complete();

    public Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken = default) =>
        Server.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private void Write(GenerationEvent item) => Assert.True(_channel.Writer.TryWrite(item));

    private Generation NewGeneration() => new(5, _channel.Reader, () => _cancelled.TrySetResult());
}
