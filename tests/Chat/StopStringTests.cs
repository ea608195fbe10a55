using System.Text;
using System.Text.Json;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

/// <summary>Stop strings of requests with tools over the whole server: they end the text of an answer and leave its calls alone.</summary>
public sealed class StopStringTests
{
    private const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\", \"days\": 2}}\n</tool_call>";

    private const string Arguments = """{"city": "Paris", "days": 2}""";

    private const string Parameters = """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city","days"],"additionalProperties":false}""";

    private const string Tools = $$$"""
        "tools":[{"type":"function","function":{"name":"get_weather","parameters":{{{Parameters}}}}}]
        """;

    private static readonly ReplayScript Script = new()
    {
        Markers = ["<think>", "</think>", "<tool_call>", "</tool_call>"],
        Answers = [new("Paris", $"I look.\n{Call}\nDone! More, and more."), new("talk", "Well, no call.")],
    };

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Chat(int choices, bool isStream)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        (List<string> contents, List<string> arguments, List<string> reasons, int tokens) = await AskAsync(server, "Paris", "\",\",\"}\",\"\\\"\",\"Done\"", choices, isStream);
        Assert.All(contents, content => Assert.Equal("I look.", content));
        Assert.All(arguments, text => Assert.Equal(Arguments, text));
        Assert.All(reasons, reason => Assert.Equal("tool_calls", reason));

        // Bytes, and one token each for the marks.
        int expected = $"I look.\n{Call}\nDone".Length - "<tool_call>".Length - "</tool_call>".Length + 2;
        Assert.Equal((choices, choices * expected), (contents.Count, tokens));

        (contents, arguments, reasons, tokens) = await AskAsync(server, "talk", "\", \"", choices, isStream);
        Assert.All(contents, content => Assert.Equal("Well", content));
        Assert.All(arguments, text => Assert.Equal("", text));
        Assert.All(reasons, reason => Assert.Equal("stop", reason));

        // A space may belong to a call: what follows tells.
        Assert.Equal((choices, choices * "Well, n".Length), (contents.Count, tokens));
    }

    [Fact]
    public async Task Without_tools_and_in_raw_completions_they_end_everything()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        foreach (string fields in (string[])["\"stop\":[\"Paris\"]", $"\"stop\":[\"Paris\"],{Tools},\"tool_choice\":\"none\""])
        {
            JsonElement message = (await server.ChatAsync("Paris", fields)).GetProperty("choices")[0].GetProperty("message");
            Assert.Equal("I look.\n" + Call[..Call.IndexOf("Paris", StringComparison.Ordinal)], message.GetProperty("content").GetString());
        }
    }

    [Theory]
    [InlineData("\"logprobs\":true")]
    [InlineData("\"include_stop_str_in_output\":true")]
    [InlineData("\"parallel_tool_calls\":false")]
    [InlineData("\"speculative\":true")]
    public async Task Beside_other_fields(string fields)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        JsonElement choice = (await server.ChatAsync("Paris", $"{fields},{Tools},\"stop\":[\"}}\",\"Done\"]")).GetProperty("choices")[0];
        string expected = fields.Contains("include", StringComparison.Ordinal) ? "I look.\nDone" : "I look.";
        Assert.Equal(expected, choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(Arguments, choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        if (fields.Contains("logprobs", StringComparison.Ordinal))
        {
            string told = string.Concat(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.GetProperty("token").GetString()));
            Assert.EndsWith("}}\n</tool_call>\n", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Messages()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        (int status, JsonElement answer) = await server.PostAsync("/v1/messages", $$"""
            {"model":"scripted","max_tokens":500,"messages":[{"role":"user","content":"Paris"}],"stop_sequences":["}","Done"],"tools":[{"name":"get_weather","input_schema":{{Parameters}}}]}
            """);
        Assert.True(status == 200, answer.GetRawText());
        Assert.Equal(["text", "tool_use"], answer.GetProperty("content").EnumerateArray().Select(block => block.GetProperty("type").GetString()));
        Assert.Equal(("tool_use", "Done"), (answer.GetProperty("stop_reason").GetString(), answer.GetProperty("stop_sequence").GetString()));
        Assert.Equal(2, answer.GetProperty("content")[1].GetProperty("input").GetProperty("days").GetInt32());
    }

    [Theory]
    [InlineData("Paris", "message,function_call", "I look.")]
    [InlineData("talk", "message", "Well")]
    public async Task Responses(string input, string types, string text)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        (int status, JsonElement answer) = await server.PostAsync("/v1/responses", $$"""
            {"model":"scripted","input":"{{input}}","stop":["}",",","Done"],"tools":[{"type":"function","name":"get_weather","parameters":{{Parameters}}}]}
            """);
        Assert.True(status == 200, answer.GetRawText());
        List<JsonElement> items = [.. answer.GetProperty("output").EnumerateArray()];
        Assert.Equal(types, string.Join(',', items.Select(item => item.GetProperty("type").GetString())));
        Assert.Equal(("completed", text), (answer.GetProperty("status").GetString(), items[0].GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.All(items.Skip(1), item => Assert.Equal(Arguments, item.GetProperty("arguments").GetString()));
    }

    [Fact]
    public async Task Mcp()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Script);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Accept", "application/json");
        using var content = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"Paris"}],"stop":["}","Done"],""" + Tools + "}}}",
            Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync($"http://127.0.0.1:{server.McpPort}/mcp", content);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement result = document.RootElement.GetProperty("result");
        using JsonDocument text = JsonDocument.Parse(result.GetProperty("content")[0].GetProperty("text").GetString()!);
        Assert.Equal("I look.", text.RootElement.GetProperty("content").GetString());
        Assert.Equal(Arguments, result.GetProperty("_meta").GetProperty("dev.mistralserve/tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
    }

    private static async Task<(List<string> Contents, List<string> Arguments, List<string> Reasons, int Tokens)> AskAsync(
        ScriptedServer server, string user, string stops, int choices, bool isStream)
    {
        string more = isStream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "";
        using var content = new StringContent(
            $$"""{"messages":[{"role":"user","content":"{{user}}"}],{{more}}"temperature":0,"n":{{choices}},"stop":[{{stops}}],{{Tools}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync("/v1/chat/completions", content);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        var known = Enumerable.Range(0, choices).Select(_ => (Content: "", Arguments: "", Reason: "")).ToList();
        int tokens = 0;
        foreach (string item in isStream ? body.Split("\n\n").Where(item => item.StartsWith("data: {", StringComparison.Ordinal)).Select(item => item[6..]) : [body])
        {
            using JsonDocument document = JsonDocument.Parse(item);
            tokens = document.RootElement.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object
                ? usage.GetProperty("completion_tokens").GetInt32() : tokens;
            foreach (JsonElement choice in document.RootElement.GetProperty("choices").EnumerateArray())
            {
                JsonElement part = choice.GetProperty(isStream ? "delta" : "message");
                int index = choice.GetProperty("index").GetInt32();
                string? text = part.TryGetProperty("content", out JsonElement own) ? own.GetString() : null;
                string? arguments = part.TryGetProperty("tool_calls", out JsonElement calls) ? calls[0].GetProperty("function").GetProperty("arguments").GetString() : null;
                known[index] = (known[index].Content + text, known[index].Arguments + arguments, choice.GetProperty("finish_reason").GetString() ?? known[index].Reason);
            }
        }

        return ([.. known.Select(choice => choice.Content)], [.. known.Select(choice => choice.Arguments)], [.. known.Select(choice => choice.Reason)], tokens);
    }
}
