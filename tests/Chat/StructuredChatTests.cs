using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

/// <summary>Answers held to a schema over both ports, with a model that would only talk.</summary>
public sealed class StructuredChatTests
{
    // Without reasoning, which might come first.
    private static readonly ReplayScript Talker = new()
    {
        Template = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n",
        Otherwise = "Well, \"that\" is {hard} to say: 12345678901234567890.",
    };

    private const string Format = """
        "response_format":{"type":"json_schema","json_schema":{"name":"r","strict":true,"schema":{"type":"object","additionalProperties":false,"required":["word","kind","count"],
        "properties":{"word":{"type":"string","minLength":1,"maxLength":6},"kind":{"enum":["a","b",null]},"count":{"type":"integer","minimum":3,"maximum":40}}}}}
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mcp_chat_ends_in_json_that_holds_to_the_schema(bool isStream)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Talker);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{server.McpPort}/mcp");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (isStream)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        }

        string token = isStream ? ",\"_meta\":{\"progressToken\":\"p\"}" : "";
        request.Content = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"Well?"}],"temperature":0,""" + Format + "}" + token + "}}",
            Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(isStream ? "text/event-stream" : "application/json", answer.Content.Headers.ContentType!.MediaType);
        List<JsonElement> messages = isStream
            ? [.. body.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal) && line.Length > 6).Select(line => JsonDocument.Parse(line[5..]).RootElement)]
            : [JsonDocument.Parse(body).RootElement];
        JsonElement result = messages[^1].GetProperty("result");
        string text = Assert.Single(result.GetProperty("content").EnumerateArray()).GetProperty("text").GetString()!;
        Check(text);
        Assert.Equal("stop", result.GetProperty("_meta").GetProperty("dev.mistralserve/finish_reason").GetString());

        // What was told on the way is a beginning of it; the result may overtake what waits to be told.
        string told = string.Concat(messages[..^1].Select(message => message.GetProperty("params").TryGetProperty("message", out JsonElement delta) ? delta.GetString() : ""));
        Assert.StartsWith(told, text, StringComparison.Ordinal);
        Assert.True(isStream || told.Length == 0);
    }

    // Rows: fields beside the format, whether the answer is streamed, why it ends; null is an answer that may be cut.
    [Theory]
    [InlineData("\"n\":3", false, "stop")]
    [InlineData("\"n\":2", true, "stop")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":3", false, "stop")]
    [InlineData("\"speculative\":true", true, "stop")]
    [InlineData("\"temperature\":1.5,\"seed\":5,\"top_p\":0.9,\"n\":2", false, "stop")]
    [InlineData("\"max_tokens\":9", false, "length")]
    [InlineData("\"max_tokens\":9", true, "length")]
    [InlineData("\"stop\":[\"kind\"]", true, "stop")]
    public async Task Chat_holds_to_the_schema_beside(string fields, bool isStream, string reason)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Talker);
        bool isCut = fields.Contains("stop", StringComparison.Ordinal) || reason == "length";
        using var content = new StringContent(
            $$"""{"messages":[{"role":"user","content":"Well?"}],{{fields}},"stream":{{(isStream ? "true" : "false")}},{{Format}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync("/v1/chat/completions", content);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        Dictionary<int, (string Text, string? Reason)> choices = [];
        foreach (string item in isStream ? body.Split("\n\n").Where(item => item.StartsWith("data: {", StringComparison.Ordinal)).Select(item => item[6..]) : [body])
        {
            foreach (JsonElement choice in JsonDocument.Parse(item).RootElement.GetProperty("choices").EnumerateArray())
            {
                int index = choice.GetProperty("index").GetInt32();
                (string text, string? known) = choices.GetValueOrDefault(index, ("", null));
                string? part = choice.GetProperty(isStream ? "delta" : "message").TryGetProperty("content", out JsonElement own) ? own.GetString() : null;
                choices[index] = (text + part, known ?? choice.GetProperty("finish_reason").GetString());
            }
        }

        Assert.Equal(fields.Contains("\"n\":3", StringComparison.Ordinal) ? 3 : fields.Contains("\"n\":2", StringComparison.Ordinal) ? 2 : 1, choices.Count);
        Assert.All(choices.Values, choice =>
        {
            Assert.Equal(reason, choice.Reason);
            if (isCut)
            {
                Assert.StartsWith("{\"word\":", choice.Text, StringComparison.Ordinal);
            }
            else
            {
                Check(choice.Text);
            }
        });
    }

    private static void Check(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.Equal(["word", "kind", "count"], document.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.InRange(document.RootElement.GetProperty("word").GetString()!.EnumerateRunes().Count(), 1, 6);
        Assert.Contains(document.RootElement.GetProperty("kind").GetRawText(), (string[])["\"a\"", "\"b\"", "null"]);
        Assert.InRange(document.RootElement.GetProperty("count").GetInt32(), 3, 40);
    }
}
