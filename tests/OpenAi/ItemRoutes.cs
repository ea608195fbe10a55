using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Responses;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// A server whose routes answer from a channel that the test feeds by hand: POST /response as the Responses API answers its body, POST /message
/// as Anthropic's API does.
/// </summary>
internal sealed class ItemRoutes : IAsyncDisposable
{
    private readonly Channel<GenerationEvent> _channel = Channel.CreateUnbounded<GenerationEvent>();
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RestServer? _server;

    public RestServer Server => _server!;

    /// <summary>Completes when the generation is disposed.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public static async Task<ItemRoutes> StartAsync(OpenAiOptions? api = null)
    {
        var routes = new ItemRoutes();
        routes._server = await RestServer.StartAsync(
            app =>
            {
                app.MapPost("/response", routes.RespondAsync);
                app.MapPost("/message", routes.AnswerMessageAsync);
            },
            api: api);
        return routes;
    }

    public void Text(params string[] pieces)
    {
        foreach (string piece in pieces)
        {
            Write(new GenerationEvent { Kind = GenerationEventKind.Text, Text = Encoding.UTF8.GetBytes(piece) });
        }
    }

    public void Write(GenerationEvent item) => Assert.True(_channel.Writer.TryWrite(item));

    public void Finish(FinishReason reason = FinishReason.EndOfGeneration, int? stopIndex = null)
    {
        Write(new GenerationEvent { Kind = GenerationEventKind.Finished, FinishReason = reason, StopIndex = stopIndex, Usage = new TokenUsage(5, 2, 3) });
        _channel.Writer.Complete();
    }

    public void Fail(EngineFailureCode code)
    {
        Write(new GenerationEvent { Kind = GenerationEventKind.Failed, Failure = new EngineFailure(code, "A sentence.") });
        _channel.Writer.Complete();
    }

    public void Close() => _channel.Writer.Complete();

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        return Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task RespondAsync(HttpContext context)
    {
        ResponseService responses = context.RequestServices.GetRequiredService<ResponseService>();
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        ResponseCall call = responses.Validator.Validate(ResponseRequestReader.Read(body.RootElement).Value!, "").Value!;
        ChatStart start = NewStart();
        if (call.Template.Background)
        {
            StoredResponse stored = responses.StartInBackground(call, start, "req");
            await context.Response.WriteAsync(stored.Id);
        }
        else
        {
            await (call.Stream ? responses.StreamAsync(context, call, start) : responses.AnswerAsync(context, call, start));
        }
    }

    private Task AnswerMessageAsync(HttpContext context)
    {
        MessagesAnswer first = new() { Id = "msg_1", Model = "none", Content = [], StopReason = null, StopSequence = null, Usage = MessagesUsage.From(new TokenUsage(5, 0, 0)) };
        return EventStream.WriteAsync(
            context,
            NewStart().Generation,
            events => new MessagesStream(events, emit => new MessagesRun(first, ["one", "two"], new ScriptedParser(), emit, "req_1"), _ => { }),
            EventStream.KeepAliveInterval,
            NullLogger.Instance);
    }

    private ChatStart NewStart() =>
        new(new Generation(5, _channel.Reader, () => _cancelled.TrySetResult()), () => new ScriptedParser(), new ScriptedRunner(_ => 0));
}
