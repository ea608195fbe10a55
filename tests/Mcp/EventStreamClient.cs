using System.Net;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// An event stream read as it comes off the connection, by the strictest rules of the clients that were looked at (the Rust SDK's): a
/// prefix with a space, one data line an event, nothing but empty comments.
/// </summary>
internal sealed class EventStreamClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly StringBuilder _pending = new();
    private readonly byte[] _buffer = new byte[65536];

    private EventStreamClient(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
    }

    public HttpResponseMessage Response => _response;

    /// <summary>Comments seen so far.</summary>
    public int Comments { get; private set; }

    public static async Task<EventStreamClient> OpenAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).WaitAsync(Limit, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal("no-cache", response.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        return new(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<(string Name, string Data)?> ReadEventAsync()
    {
        while (true)
        {
            string text = _pending.ToString();
            int end = text.IndexOf("\n\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _pending.Remove(0, end + 2);
                if (text[..end] == ":")
                {
                    Comments++;
                    continue;
                }

                string[] lines = text[..end].Split('\n');
                Assert.Equal(2, lines.Length);
                Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
                Assert.StartsWith("data: ", lines[1], StringComparison.Ordinal);
                Assert.DoesNotContain('\r', text[..end]);
                return (lines[0]["event: ".Length..], lines[1]["data: ".Length..]);
            }

            int read = await _body.ReadAsync(_buffer).AsTask().WaitAsync(Limit);
            if (read == 0)
            {
                Assert.Equal("", text);
                return null;
            }

            // A write of ours holds whole events: whoever takes a read for an event is served.
            string chunk = Encoding.UTF8.GetString(_buffer, 0, read);
            _pending.Append(chunk);
        }
    }

    /// <summary>The next message.</summary>
    public async Task<JsonElement> ReadMessageAsync()
    {
        (string Name, string Data)? next = await ReadEventAsync();
        Assert.NotNull(next);
        Assert.Equal("message", next.Value.Name);
        return JsonDocument.Parse(next.Value.Data).RootElement;
    }

    /// <summary>All messages to the end.</summary>
    public async Task<List<JsonElement>> ReadToEndAsync()
    {
        List<JsonElement> messages = [];
        while (await ReadEventAsync() is { } next)
        {
            Assert.Equal("message", next.Name);
            messages.Add(JsonDocument.Parse(next.Data).RootElement);
        }

        return messages;
    }

    public void Dispose() => _response.Dispose();
}
