using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace MistralServe.Bench.Load;

/// <summary>Drives one server over HTTP/1.1 with kept connections. Any thread; an answer belongs to its caller.</summary>
internal sealed class CompletionClient : IDisposable
{
    // Long enough for a prompt on a slow machine, short enough that a hung server ends its round.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(3);

    private readonly HttpClient _http;

    /// <summary>A client of the server at 127.0.0.1.</summary>
    public CompletionClient(int port)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = 256,
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = RequestTimeout };
    }

    /// <summary>Streams <c>POST /v1/completions</c>, greedy and of fixed length.</summary>
    public Task<StreamResult> CompleteAsync(int[] prompt, int maxTokens) =>
        CompleteAsync(prompt, maxTokens, new StreamResult(keepText: false), CancellationToken.None);

    /// <summary>As above, with further fields.</summary>
    public Task<StreamResult> CompleteAsync(int[] prompt, int maxTokens, Action<Utf8JsonWriter> writeFields) =>
        StreamAsync("/v1/completions", MakeBody(maxTokens, json => WritePrompt(json, prompt, writeFields)), new StreamResult(keepText: false), CancellationToken.None);

    /// <summary>As above, into a result that the caller watches, until it is cancelled: what came before stays in the result.</summary>
    public Task<StreamResult> CompleteAsync(int[] prompt, int maxTokens, StreamResult result, CancellationToken cancellation) =>
        StreamAsync("/v1/completions", MakeBody(maxTokens, json => WritePrompt(json, prompt, static _ => { })), result, cancellation);

    /// <summary>Streams <c>POST /v1/chat/completions</c>, greedy and of fixed length.</summary>
    public Task<StreamResult> ChatAsync(IEnumerable<(string Role, string Content)> messages, int maxTokens, bool keepText = false) =>
        StreamAsync("/v1/chat/completions", MakeBody(maxTokens, json =>
        {
            json.WriteStartArray("messages");
            foreach ((string role, string content) in messages)
            {
                json.WriteStartObject();
                json.WriteString("role", role);
                json.WriteString("content", content);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }), new StreamResult(keepText), CancellationToken.None);

    /// <summary>One request whose answer is read and dropped. Throws <see cref="BenchFailureException"/> unless it is 200.</summary>
    public async Task FetchAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await RequireSuccessAsync(response, cancellation);
        await response.Content.CopyToAsync(Stream.Null, cancellation);
    }

    /// <summary>Whether <c>GET /health</c> answers 200.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri("/health", UriKind.Relative), cancellation);
        return response.IsSuccessStatusCode;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static void WritePrompt(Utf8JsonWriter json, int[] prompt, Action<Utf8JsonWriter> writeFields)
    {
        json.WriteStartArray("prompt");
        foreach (int token in prompt)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
        writeFields(json);
    }

    private static byte[] MakeBody(int maxTokens, Action<Utf8JsonWriter> writePrompt)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            writePrompt(json);
            json.WriteNumber("max_tokens", maxTokens);
            json.WriteNumber("temperature", 0);
            json.WriteBoolean("ignore_eos", true);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            string body = await response.Content.ReadAsStringAsync(cancellation);
            throw new BenchFailureException($"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode} {body[..Math.Min(body.Length, 200)]}");
        }
    }

    private async Task<StreamResult> StreamAsync(string path, byte[] body, StreamResult result, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        result.Started = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await RequireSuccessAsync(response, cancellation);
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
            await new EventStreamReader().ReadAsync(stream, result, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return result;
        }

        return result.CompletionTokens > 0 ? result : throw new BenchFailureException($"{path} gave no usage");
    }
}
