using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MistralServe.Tests.Chat;

/// <summary>What a surface answered: the same whatever its form.</summary>
/// <param name="Calls">Name and arguments of each call.</param>
/// <param name="Text">The content; of several parts together.</param>
/// <param name="Reasoning">The reasoning; empty when there is none.</param>
/// <param name="Unenforced">The keywords that are told to be left out; null when none are.</param>
/// <param name="Problem">Sentence of the error; null when it is none.</param>
internal sealed record SurfaceAnswer(IReadOnlyList<(string Name, string Arguments)> Calls, string Text, string Reasoning, string? Unenforced, string? Problem);

/// <summary>
/// One conversation over every surface that chats: <c>chat</c> (chat completions), <c>responses</c>, <c>messages</c> (Anthropic's form), <c>mcp</c>
/// (the tool <c>chat</c>).
/// </summary>
internal static class ChatSurfaces
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> All { get; } = ["chat", "responses", "messages", "mcp"];

    /// <summary>Where a surface has the schema of the first tool.</summary>
    public static string SchemaField(string surface) => surface switch
    {
        "responses" => "tools[0].parameters",
        "messages" => "tools[0].input_schema",
        _ => "tools[0].function.parameters",
    };

    /// <summary>A request with tools, in a surface's form.</summary>
    /// <param name="surface">One of <see cref="All"/>.</param>
    /// <param name="user">What the user says.</param>
    /// <param name="choice">A word, or <c>named b</c>, <c>allowed-auto b</c>, <c>allowed-required b</c>; null says nothing.</param>
    /// <param name="isParallel">Whether several calls are allowed; null says nothing.</param>
    /// <param name="isStrict">Whether tools are strict.</param>
    /// <param name="tools">Name and schema of each.</param>
    public static JsonObject Request(string surface, string user, string? choice, bool? isParallel, bool isStrict, params (string Name, string Schema)[] tools)
    {
        bool isNested = surface is "chat" or "mcp";
        var body = new JsonObject { [surface == "responses" ? "max_output_tokens" : "max_tokens"] = 300 };
        if (surface == "responses")
        {
            body["input"] = user;
        }
        else
        {
            body["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = user });
        }

        body["tools"] = new JsonArray([.. tools.Select(tool =>
        {
            var function = new JsonObject
            {
                ["name"] = tool.Name, [surface == "messages" ? "input_schema" : "parameters"] = JsonNode.Parse(tool.Schema), ["strict"] = isStrict,
            };
            return isNested ? new JsonObject { ["type"] = "function", ["function"] = function } : surface == "responses" ? With(function, "type", "function") : function;
        })]);
        if (surface == "messages")
        {
            body["thinking"] = JsonNode.Parse("""{"type":"enabled","budget_tokens":1000}""");
        }

        if (Choice(surface, choice) is { } chosen)
        {
            body["tool_choice"] = chosen;
        }

        if (isParallel is { } several && surface == "messages")
        {
            body["tool_choice"] = With(body["tool_choice"]?.DeepClone().AsObject() ?? new JsonObject { ["type"] = "auto" }, "disable_parallel_tool_use", !several);
        }
        else if (isParallel is { } parallel)
        {
            body["parallel_tool_calls"] = parallel;
        }

        return body;
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    public static async Task<SurfaceAnswer> AskAsync(ScriptedServer server, string surface, JsonObject body)
    {
        (string url, JsonObject sent) = surface switch
        {
            "chat" => ("/v1/chat/completions", body),
            "responses" => ("/v1/responses", body),
            "messages" => ("/v1/messages", body),
            _ => ($"http://127.0.0.1:{server.McpPort}/mcp", new JsonObject
            {
                ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = "tools/call", ["params"] = new JsonObject { ["name"] = "chat", ["arguments"] = body.DeepClone() },
            }),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(sent.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept", "application/json");
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement root = document.RootElement;
        string? unenforced = answer.Headers.TryGetValues("x-unenforced-keywords", out IEnumerable<string>? values) ? values.Single() : null;
        return !answer.IsSuccessStatusCode
            ? new SurfaceAnswer([], "", "", unenforced, root.GetProperty("error").GetProperty("message").GetString())
            : surface switch
            {
                "chat" => ReadChat(root.GetProperty("choices")[0].GetProperty("message"), unenforced),
                "responses" => ReadItems(root.GetProperty("output"), unenforced),
                "messages" => ReadBlocks(root.GetProperty("content"), unenforced),
                _ => ReadResult(root.GetProperty("result")),
            };
    }

    private static JsonNode? Choice(string surface, string? choice)
    {
        string[] words = choice?.Split(' ') ?? [];
        return (surface, words) switch
        {
            (_, []) => null,
            ("messages", ["named", var name]) => new JsonObject { ["type"] = "tool", ["name"] = name },
            ("messages", [var word]) => new JsonObject { ["type"] = word == "required" ? "any" : word },
            ("responses", ["named", var name]) => new JsonObject { ["type"] = "function", ["name"] = name },
            ("responses", [var mode, var name]) => With(Allowed(mode, new JsonObject { ["type"] = "function", ["name"] = name }), "type", "allowed_tools"),
            (_, ["named", var name]) => Function(name),
            (_, [var mode, var name]) => new JsonObject { ["type"] = "allowed_tools", ["allowed_tools"] = Allowed(mode, Function(name)) },
            _ => choice,
        };
    }

    private static JsonObject Allowed(string mode, JsonObject tool) => new() { ["mode"] = mode["allowed-".Length..], ["tools"] = new JsonArray(tool) };

    private static JsonObject Function(string name) => new() { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name } };

    private static JsonObject With(JsonObject target, string name, JsonNode value)
    {
        target[name] = value;
        return target;
    }

    private static SurfaceAnswer ReadChat(JsonElement message, string? unenforced) =>
        new(ReadCalls(message, "tool_calls"), Text(message, "content"), Text(message, "reasoning_content"), unenforced, null);

    private static SurfaceAnswer ReadItems(JsonElement items, string? unenforced) => new(
        [.. Of(items, "function_call").Select(item => (Text(item, "name"), Text(item, "arguments")))],
        string.Concat(Of(items, "message").SelectMany(item => item.GetProperty("content").EnumerateArray()).Select(part => Text(part, "text"))),
        string.Concat(Of(items, "reasoning").SelectMany(item => item.GetProperty("content").EnumerateArray()).Select(part => Text(part, "text"))), unenforced, null);

    private static SurfaceAnswer ReadBlocks(JsonElement blocks, string? unenforced) => new(
        [.. Of(blocks, "tool_use").Select(block => (Text(block, "name"), block.GetProperty("input").GetRawText()))],
        string.Concat(Of(blocks, "text").Select(block => Text(block, "text"))), string.Concat(Of(blocks, "thinking").Select(block => Text(block, "thinking"))), unenforced, null);

    private static SurfaceAnswer ReadResult(JsonElement result)
    {
        string text = result.GetProperty("content")[0].GetProperty("text").GetString()!;
        if (result.GetProperty("isError").GetBoolean())
        {
            return new SurfaceAnswer([], "", "", null, text);
        }

        JsonElement meta = result.GetProperty("_meta");
        IReadOnlyList<(string, string)> calls = ReadCalls(meta, "dev.mistralserve/tool_calls");
        if (calls.Count > 0)
        {
            using JsonDocument reply = JsonDocument.Parse(text);
            text = Text(reply.RootElement, "content");
        }

        string? unenforced = meta.TryGetProperty("dev.mistralserve/unenforced_keywords", out JsonElement keywords)
            ? string.Join(", ", keywords.EnumerateArray().Select(keyword => keyword.GetString()!.Replace(": ", ":", StringComparison.Ordinal))) : null;
        return new SurfaceAnswer(calls, text, Text(meta, "dev.mistralserve/reasoning_content"), unenforced, null);
    }

    private static IReadOnlyList<(string, string)> ReadCalls(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement calls)
        ? [.. calls.EnumerateArray().Select(call => call.GetProperty("function")).Select(function => (Text(function, "name"), Text(function, "arguments")))]
        : [];

    private static IEnumerable<JsonElement> Of(JsonElement items, string type) => items.EnumerateArray().Where(item => Text(item, "type") == type);

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
}
