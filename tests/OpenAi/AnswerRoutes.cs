using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Tests.OpenAi;

/// <summary>A server whose routes /stream, /usage and /json answer from a channel that the test feeds by hand.</summary>
internal sealed class AnswerRoutes : IAsyncDisposable
{
    public static readonly AnswerIdentity Identity = new("chatcmpl-1", 1700000000, "org/model \"q\"", "fp_1");

    private readonly Channel<GenerationEvent> _channel = Channel.CreateUnbounded<GenerationEvent>();
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RestServer? _server;

    public RestServer Server => _server!;

    /// <summary>Completes when the generation is disposed.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public static async Task<AnswerRoutes> StartAsync(TimeSpan? keepAliveInterval = null)
    {
        var routes = new AnswerRoutes();
        TimeSpan interval = keepAliveInterval ?? TimeSpan.FromSeconds(30);
        routes._server = await RestServer.StartAsync(app =>
        {
            app.MapGet("/stream", (HttpContext c) => Stream(c, includeUsage: false));
            app.MapGet("/usage", (HttpContext c) => Stream(c, includeUsage: true));
            app.MapGet("/json", (HttpContext c) => ChatAnswerWriter.WriteAsync(c, routes.NewGeneration(), Identity));
        });
        return routes;

        Task Stream(HttpContext context, bool includeUsage) =>
            ChatStreamWriter.WriteAsync(context, routes.NewGeneration(), Identity, includeUsage, interval, NullLogger.Instance);
    }

    public void Text(string text) =>
        Write(new GenerationEvent { Kind = GenerationEventKind.Text, Text = Encoding.UTF8.GetBytes(text) });

    public void Progress() => Write(new GenerationEvent { Kind = GenerationEventKind.PromptProgress });

    public void Finish(FinishReason reason)
    {
        Write(new GenerationEvent { Kind = GenerationEventKind.Finished, FinishReason = reason, Usage = new TokenUsage(5, 2, 3) });
        _channel.Writer.Complete();
    }

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
