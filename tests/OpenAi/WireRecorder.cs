using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// Writes down every answer that tests of the REST port see, so that all of them can be held against the published schemas at once. Add it to
/// the handlers of a client.
/// </summary>
internal sealed class WireRecorder() : DelegatingHandler(new SocketsHttpHandler())
{
    // Its messages have schemas of their own, see Mcp.RecordedMessages.
    private const string McpPath = "/mcp";

    private static readonly string File = Path.Combine(Prepare(), $"{Guid.NewGuid():N}.jsonl");
    private static readonly ConcurrentQueue<string> Lines = new();

    /// <summary>Folder of the records of this run; they are written by <see cref="Save"/>.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(File)!;

    /// <summary>Answers seen so far.</summary>
    public static int Count => Lines.Count;

    /// <summary>Writes what was seen so far.</summary>
    public static void Save() => System.IO.File.WriteAllLines(File, Lines);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (request.RequestUri!.AbsolutePath != McpPath && response.Content.Headers.ContentType?.MediaType is { } type and ("application/json" or "text/event-stream"))
        {
            var content = new StreamContent(new TeeStream(
                await response.Content.ReadAsStreamAsync(cancellationToken),
                (body, isWhole) =>
                {
                    // Of a JSON body a part is of no use; of a stream its whole events are.
                    if (isWhole || body.AsSpan().StartsWith("event:"u8) || body.AsSpan().StartsWith("data:"u8))
                    {
                        Add(request.Method.Method, request.RequestUri.AbsolutePath, (int)response.StatusCode, type, body);
                    }
                }));
            foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = content;
        }

        return response;
    }

    /// <summary>Adds an answer as if it had been seen.</summary>
    public static void Add(string method, string path, int status, string type, byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("method", method);
            json.WriteString("path", Uri.UnescapeDataString(path));
            json.WriteNumber("status", status);
            json.WriteString("type", type);
            json.WriteString("body", Encoding.UTF8.GetString(body));
            json.WriteEndObject();
        }

        Lines.Enqueue(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static string Prepare()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "wire");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        return folder;
    }
}
