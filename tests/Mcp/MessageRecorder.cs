using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// Writes down every message of the server that tests of MCP see, with the revision that it belongs to and the definition of that revision's
/// schema that it must follow, so that all of them can be held against the published schemas at once.
/// </summary>
internal static class MessageRecorder
{
    private const string Newest = "2025-11-25";

    private static readonly ConcurrentQueue<string> Records = new();

    // The schemas of older revisions cannot say an error without id; the rule is that of JSON-RPC, and the newest legacy schema has it.
    private static readonly string[] WithoutIdlessErrors = ["2024-11-05", "2025-03-26", "2025-06-18"];

    private static readonly string[] Legacy = [.. WithoutIdlessErrors, Newest];

    public static int Count => Records.Count;

    /// <summary>Adds one message whose place is known.</summary>
    public static void Add(string revision, string type, string message) =>
        Records.Enqueue($$"""{"revision":"{{revision}}","type":"{{type}}","message":{{message}}}""");

    /// <summary>All that was seen, as <c>validate.mjs</c> reads it.</summary>
    public static string Save()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, $"[{string.Join(",\n", Records)}]");
        return file;
    }

    /// <summary>
    /// Adds what came back for some requests: a response, a notification, or the array that answers a batch.
    /// </summary>
    /// <param name="message">The message, JSON.</param>
    /// <param name="requests">What was sent.</param>
    /// <param name="version">Revision that the requests said they speak; null when they did not.</param>
    public static void AddAnswer(string message, Requests requests, string? version)
    {
        using JsonDocument document = JsonDocument.Parse(message);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array)
        {
            AddBatch(root, requests, version ?? "2025-03-26");
            return;
        }

        string method = root.TryGetProperty("id", out JsonElement id) ? requests.MethodOf(id.GetRawText()) ?? "" : "";
        string revision = method == "initialize" && root.TryGetProperty("result", out JsonElement result)
            ? result.GetProperty("protocolVersion").GetString()!
            : requests.IsModern(id, version) ? McpTestServer.Modern
            : version is not null && Legacy.Contains(version) ? version : "2025-03-26";
        foreach (string type in TypesOf(root, method, ref revision))
        {
            bool isResultOnly = type.EndsWith("Result", StringComparison.Ordinal);
            Add(revision, type, isResultOnly ? root.GetProperty("result").GetRawText() : root.GetRawText());
        }
    }

    private static void AddBatch(JsonElement batch, Requests requests, string version)
    {
        foreach (JsonElement entry in batch.EnumerateArray())
        {
            AddAnswer(entry.GetRawText(), requests, version);
        }

        if (version == "2025-03-26" && batch.EnumerateArray().All(entry => entry.TryGetProperty("id", out _)))
        {
            Add(version, "JSONRPCBatchResponse", batch.GetRawText());
        }
    }

    private static List<string> TypesOf(JsonElement message, string method, ref string revision)
    {
        bool isModern = revision == McpTestServer.Modern;
        if (message.TryGetProperty("error", out JsonElement error))
        {
            if (!message.TryGetProperty("id", out _) && WithoutIdlessErrors.Contains(revision))
            {
                revision = Newest;
            }

            string general = isModern || revision == Newest ? "JSONRPCErrorResponse" : "JSONRPCError";
            string? special = !isModern ? null : error.GetProperty("code").GetInt32() switch
            {
                -32020 => "HeaderMismatchError",
                -32021 => "MissingRequiredClientCapabilityError",
                -32022 => "UnsupportedProtocolVersionError",
                _ => null,
            };
            return special is null ? [general] : [general, special];
        }

        if (message.TryGetProperty("method", out JsonElement named))
        {
            Assert.Equal("notifications/progress", named.GetString());
            return ["JSONRPCNotification", "ProgressNotification"];
        }

        string? result = method switch
        {
            "initialize" => "InitializeResult",
            "ping" => "EmptyResult",
            "tools/list" => "ListToolsResult",
            "tools/call" => "CallToolResult",
            "server/discover" => "DiscoverResult",
            _ => null,
        };
        Assert.True(result is not null, $"a result for the method '{method}': {message}");
        string general2 = isModern ? "JSONRPCResultResponse" : revision == Newest ? "JSONRPCResultResponse" : "JSONRPCResponse";
        return isModern ? [general2, result, result + "Response"] : [general2, result];
    }

    /// <summary>The requests of a connection, or of one POST: what their ids stand for.</summary>
    internal sealed class Requests
    {
        private readonly ConcurrentDictionary<string, (string Method, string? Version)> _byId = new();

        public static Requests Of(byte[]? body)
        {
            var requests = new Requests();
            requests.Read(body ?? []);
            return requests;
        }

        /// <summary>Adds what a body or a line holds; what is no message is left out.</summary>
        public void Read(byte[] body)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 200_000 });
                foreach (JsonElement message in document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : (JsonElement[])[document.RootElement])
                {
                    if (message.ValueKind == JsonValueKind.Object && message.TryGetProperty("id", out JsonElement id)
                        && message.TryGetProperty("method", out JsonElement method) && method.ValueKind == JsonValueKind.String)
                    {
                        _byId[id.GetRawText()] = (method.GetString()!, VersionOf(message));
                    }
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // Not JSON, or text that is not Unicode: the answer has no id either.
            }
        }

        public string? MethodOf(string id) => _byId.TryGetValue(id, out (string Method, string? Version) found) ? found.Method : null;

        /// <summary>Whether a message answers a request of the modern era, by what the request or its header said.</summary>
        public bool IsModern(JsonElement id, string? header)
        {
            string? named = id.ValueKind != JsonValueKind.Undefined && _byId.TryGetValue(id.GetRawText(), out (string Method, string? Version) found)
                ? found.Version
                : _byId.Values.Select(value => value.Version).FirstOrDefault();
            return (header is not null && !Legacy.Contains(header)) || (named is not null && !Legacy.Contains(named));
        }

        private static string? VersionOf(JsonElement message) =>
            message.TryGetProperty("params", out JsonElement parameters) && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("_meta", out JsonElement meta) && meta.ValueKind == JsonValueKind.Object
            && meta.TryGetProperty("io.modelcontextprotocol/protocolVersion", out JsonElement version)
                ? version.ToString()
                : null;
    }
}
