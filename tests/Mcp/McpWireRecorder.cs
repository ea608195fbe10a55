using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.Mcp;

/// <summary>Gives every message of an MCP port to <see cref="MessageRecorder"/>. Add it to the handlers of a client.</summary>
internal sealed class McpWireRecorder() : DelegatingHandler(new SocketsHttpHandler())
{
    // What was negotiated, by session; and what was POSTed for a stream of revision 2024-11-05, by its id.
    private static readonly ConcurrentDictionary<string, string> Sessions = new();
    private static readonly ConcurrentDictionary<string, MessageRecorder.Requests> Streams = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] sent = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        string? version = Header(request, "MCP-Protocol-Version");
        string? session = Header(request, "Mcp-Session-Id");
        MessageRecorder.Requests requests = MessageRecorder.Requests.Of(sent);
        string query = request.RequestUri!.Query;
        if (query.StartsWith("?sessionId=", StringComparison.Ordinal))
        {
            Streams.GetOrAdd(query["?sessionId=".Length..], _ => new()).Read(sent);
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is { } type and ("application/json" or "text/event-stream"))
        {
            string? minted = response.Headers.TryGetValues("Mcp-Session-Id", out IEnumerable<string>? ids) ? ids.Single() : session;
            var content = new StreamContent(new TeeStream(
                await response.Content.ReadAsStreamAsync(cancellationToken),
                (body, isWhole) => Add(body, isWhole && type == "application/json", requests, version, minted)));
            foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = content;
        }

        return response;
    }

    private static void Add(byte[] body, bool isJson, MessageRecorder.Requests requests, string? version, string? session)
    {
        string text = Encoding.UTF8.GetString(body);
        if (text.Length == 0)
        {
            // The answer to a HEAD.
            return;
        }

        if (isJson)
        {
            AddMessage(text, requests, version, session);
            return;
        }

        // Whole events only: the reader may have let go in the middle of one.
        foreach (string block in text.Split("\n\n").SkipLast(1))
        {
            int data = block.IndexOf("data: ", StringComparison.Ordinal);
            if (block.StartsWith("event: endpoint", StringComparison.Ordinal))
            {
                string id = block[(block.IndexOf('=', StringComparison.Ordinal) + 1)..];
                (requests, session) = (Streams.GetOrAdd(id, _ => new()), id);
                Sessions.TryAdd(id, "2024-11-05");
            }
            else if (block.StartsWith("event: message", StringComparison.Ordinal))
            {
                AddMessage(block[(data + "data: ".Length)..], requests, version, session);
            }
        }
    }

    private static void AddMessage(string message, MessageRecorder.Requests requests, string? version, string? session)
    {
        using JsonDocument document = JsonDocument.Parse(message);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("jsonrpc", out _))
        {
            // No message: the 404 of a path, metadata, health.
            return;
        }

        if (session is not null && root.ValueKind == JsonValueKind.Object && root.TryGetProperty("result", out JsonElement result)
            && result.TryGetProperty("protocolVersion", out JsonElement negotiated))
        {
            Sessions[session] = negotiated.GetString()!;
        }

        MessageRecorder.AddAnswer(message, requests, version ?? (session is not null ? Sessions.GetValueOrDefault(session) : null));
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
}
