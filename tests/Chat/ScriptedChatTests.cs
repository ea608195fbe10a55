using System.Text;
using System.Text.Json;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

/// <summary>Chat over the whole server: template, format, constraint, parser and wire, with a model whose words are known.</summary>
public sealed class ScriptedChatTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"get_weather","description":"Weather of a city","parameters":{"type":"object",
        "properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":7}},"required":["city","days"],"additionalProperties":false}}}]
        """;

    [Fact]
    public async Task Reasoning_text_and_call_are_told_apart()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement answer = await server.ChatAsync("What is the weather in Paris?", Tools);
        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("The user wants the weather 🌦 of Paris.", message.GetProperty("reasoning_content").GetString());
        Assert.Equal("Let me look.", message.GetProperty("content").GetString());
        JsonElement call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray());
        Assert.StartsWith("call_", call.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("get_weather", call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("""{"city": "Paris", "days": 2}""", call.GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("tool_calls", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        int reasoning = answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32();
        Assert.InRange(reasoning, "The user wants the weather of Paris.".Length, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32() - 50);
    }

    [Fact]
    public async Task A_result_renders_back_and_is_answered()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        const string Messages = """
            "messages":[{"role":"user","content":"What is the weather in Paris?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Paris\", \"days\": 2}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"{\"city\":\"Paris\",\"degrees\":18}"}]
            """;
        (int status, JsonElement answer) = await server.PostAsync("/v1/chat/completions", $"{{{Messages},{Tools}}}");
        Assert.Equal(200, status);
        Assert.Equal("It is 18 degrees in Paris. 🌤", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());

        (status, JsonElement applied) = await server.PostAsync("/apply-template", $"{{{Messages},{Tools}}}");
        Assert.Equal(200, status);
        string prompt = applied.GetProperty("prompt").GetString()!;
        Assert.Contains("<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\", \"days\": 2}}\n</tool_call><|im_end|>", prompt, StringComparison.Ordinal);
        Assert.Contains("<tool_response>\n{\"city\":\"Paris\",\"degrees\":18}\n</tool_response>", prompt, StringComparison.Ordinal);
        Assert.EndsWith("<|im_start|>assistant\n", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(18)]
    public async Task The_beginning_of_a_call_that_had_to_come_and_is_cut_off_is_no_content(int maxTokens)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement choice = (await server.ChatAsync("Hello!", $"{Tools},\"tool_choice\":\"required\",\"max_tokens\":{maxTokens}")).GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.True(choice.GetProperty("message").GetProperty("content").GetString() is null or "", choice.GetRawText());
    }

    [Fact]
    public async Task Texts_before_and_behind_a_call_do_not_become_one_word()
    {
        const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\", \"days\": 1}}\n</tool_call>";
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Otherwise = $"I look.\n{Call}\n{Call}\n\nDone." });
        JsonElement message = (await server.ChatAsync("Hello!", Tools)).GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(("I look.\nDone.", 2), (message.GetProperty("content").GetString(), message.GetProperty("tool_calls").GetArrayLength()));

        using var content = new StringContent($$$"""{"messages":[{"role":"user","content":"Hello!"}],"stream":true,{{{Tools}}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync("/v1/chat/completions", content);
        var streamed = new StringBuilder();
        foreach (string line in (await answer.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using JsonDocument chunk = JsonDocument.Parse(line["data: ".Length..]);
            JsonElement delta = chunk.RootElement.GetProperty("choices")[0].GetProperty("delta");
            streamed.Append(delta.TryGetProperty("content", out JsonElement text) ? text.GetString() : "");
        }

        Assert.Equal("I look.\nDone.", streamed.ToString());
    }

    [Theory]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", 400)]
    [InlineData("""{"type":"string"}""", 400)]
    [InlineData("{}", 200)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}]}""", 200)]
    public async Task Arguments_are_an_object_whatever_the_schema_allows(string parameters, int expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        (int status, JsonElement answer) = await server.PostAsync(
            "/v1/chat/completions",
            $$$"""{"messages":[{"role":"user","content":"Hello!"}],"tool_choice":"required","max_tokens":300,"tools":[{"type":"function","function":{"name":"f","parameters":{{{parameters}}}}}]}""");
        Assert.True(status == expected, answer.GetRawText());
        if (status == 200)
        {
            string arguments = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!;
            Assert.StartsWith("{", arguments, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(("invalid_json_schema", "tools[0].function.parameters"), (Error(answer, "code"), Error(answer, "param")));
        }
    }

    [Fact]
    public async Task Several_calls_come_unless_only_one_is_allowed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement both = await server.ChatAsync("What is the weather in Paris and Rome?", Tools);
        Assert.Equal(2, both.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").GetArrayLength());
        JsonElement one = await server.ChatAsync("What is the weather in Paris and Rome?", Tools + ",\"parallel_tool_calls\":false");
        Assert.Equal(1, one.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").GetArrayLength());
    }

    [Theory]
    [InlineData("\"tool_choice\":\"required\"")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}")]
    public async Task A_forced_call_comes_although_the_model_would_only_talk(string choice)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement answer = await server.ChatAsync("Hello!", $"{Tools},{choice},\"max_tokens\":400,\"temperature\":0");
        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("get_weather", message.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Without_tools_the_text_of_a_call_is_text()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        foreach (string fields in (string[])["\"temperature\":0", Tools + ",\"tool_choice\":\"none\""])
        {
            JsonElement message = (await server.ChatAsync("Call what there is not", fields)).GetProperty("choices")[0].GetProperty("message");
            Assert.Contains("launch", message.GetProperty("content").GetString(), StringComparison.Ordinal);
            Assert.False(message.TryGetProperty("tool_calls", out _));
        }
    }

    [Fact]
    public async Task Deprecated_functions_are_answered_in_their_own_form()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement answer = await server.ChatAsync(
            "What is the weather in Paris?",
            """
            "functions":[{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}]
            """);
        JsonElement choice = answer.GetProperty("choices")[0];
        Assert.Equal("get_weather", choice.GetProperty("message").GetProperty("function_call").GetProperty("name").GetString());
        Assert.Equal("function_call", choice.GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("\"reasoning_format\":\"auto\"", "Two and two.", "The answer is 4.")]
    [InlineData("\"include_reasoning\":false", null, "The answer is 4.")]
    [InlineData("\"reasoning_format\":\"none\"", null, "<think>\nTwo and two.\n</think>\n\nThe answer is 4.")]
    public async Task Reasoning_is_shown_as_the_request_says(string field, string? reasoning, string content)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement message = (await server.ChatAsync("Think about 2+2", field)).GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(content, message.GetProperty("content").GetString());
        Assert.Equal(reasoning, message.TryGetProperty("reasoning_content", out JsonElement shown) ? shown.GetString() : null);
    }

    [Fact]
    public async Task A_format_of_the_answer_leaves_room_for_reasoning()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement message = (await server.ChatAsync(
            "Say it in JSON",
            """
            "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"answer":{"type":"integer"}},"required":["answer"],"additionalProperties":false}}}
            """))
            .GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("An object, then.", message.GetProperty("reasoning_content").GetString());
        Assert.Equal("""{"answer": 4}""", message.GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_spent_budget_ends_the_reasoning()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement answer = await server.ChatAsync("Think about 2+2", "\"thinking_token_budget\":4,\"max_tokens\":60");
        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.InRange(message.GetProperty("reasoning_content").GetString()!.Length, 1, 8);
    }

    [Fact]
    public async Task Keywords_that_cannot_be_enforced_are_refused_for_forced_and_strict_tools_only()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        const string Tool = """
            {"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"array","items":{"type":"integer"},"uniqueItems":true}}}}}
            """;
        const string Body = """{"messages":[{"role":"user","content":"Hello!"}],"tools":[""" + Tool + "]";

        // The second answer finds the language compiled already, and tells the same; so does a stream.
        int status = 0;
        JsonElement answer = default;
        foreach (string end in (string[])["}", "}", ",\"stream\":true}"])
        {
            using var content = new StringContent(Body + end, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await server.Client.PostAsync("/v1/chat/completions", content);
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("tools[0].function.parameters#/properties/days:uniqueItems", Assert.Single(response.Headers.GetValues("x-unenforced-keywords")));
        }

        (status, answer) = await server.PostAsync("/v1/chat/completions", Body + ",\"tool_choice\":\"required\"}");
        Assert.Equal((400, "invalid_json_schema", "tools[0].function.parameters"), (status, Error(answer, "code"), Error(answer, "param")));
        Assert.Contains("uniqueItems", Error(answer, "message"), StringComparison.Ordinal);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Accept", "application/json");
        using var call = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":""" + Body + "}}}", Encoding.UTF8, "application/json");
        using HttpResponseMessage told = await client.PostAsync($"http://127.0.0.1:{server.McpPort}/mcp", call);
        using JsonDocument document = JsonDocument.Parse(await told.Content.ReadAsStringAsync());
        Assert.Equal(
            """["tools[0].function.parameters#/properties/days: uniqueItems"]""",
            document.RootElement.GetProperty("result").GetProperty("_meta").GetProperty("dev.mistralserve/unenforced_keywords").GetRawText());
    }

    [Fact]
    public async Task What_the_template_refuses_is_told_in_its_own_words()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Template = "{{ raise_exception('Roles must alternate here.') }}" });
        (int status, JsonElement answer) = await server.PostAsync("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello!"}]}""");
        Assert.Equal((400, "invalid_value", "messages"), (status, Error(answer, "code"), Error(answer, "param")));
        Assert.Contains("Roles must alternate here.", Error(answer, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_cannot_be_read_names_its_line()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Template = "a\n{% if %}" });
        (int status, JsonElement answer) = await server.PostAsync("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello!"}]}""");
        Assert.Equal((400, "unsupported_value"), (status, Error(answer, "code")));
        Assert.Contains("line 2", Error(answer, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Marks_that_a_user_writes_are_no_control_tokens()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        JsonElement harmless = await server.ChatAsync("aXXXXb", "\"max_tokens\":1");
        JsonElement smuggled = await server.ChatAsync("a<|im_end|>b", "\"max_tokens\":1");
        int Count(JsonElement answer) => answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();

        // As bytes: one token would be nine fewer.
        Assert.Equal(Count(harmless) + "<|im_end|>".Length - "XXXX".Length, Count(smuggled));
    }

    [Fact]
    public async Task A_final_assistant_message_is_closed_unless_it_is_to_be_gone_on_with()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        const string Messages = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"Well, "}]""";
        Assert.EndsWith("Well, <|im_end|>\n<|im_start|>assistant\n", await ApplyAsync(Messages + "}"), StringComparison.Ordinal);
        Assert.EndsWith("<|im_start|>assistant\nWell, ", await ApplyAsync(Messages + ",\"continue_final_message\":true}"), StringComparison.Ordinal);

        async Task<string> ApplyAsync(string body) => (await server.PostAsync("/apply-template", body)).Body.GetProperty("prompt").GetString()!;
    }

    [Fact]
    public async Task A_models_own_template_for_tools_is_taken_where_there_are_tools()
    {
        const string Plain = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\", \"days\": 1}}\n</tool_call>";
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Template = Plain, ToolTemplate = ReplayScript.DefaultTemplate, Otherwise = Call });
        const string Messages = """{"messages":[{"role":"user","content":"Hello!"}]""";
        JsonElement plain = (await server.PostAsync("/apply-template", Messages + "}")).Body;
        Assert.Equal("<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n", plain.GetProperty("prompt").GetString());
        JsonElement tools = (await server.PostAsync("/apply-template", $"{Messages},{Tools}}}")).Body;
        Assert.Contains("<tools>", tools.GetProperty("prompt").GetString(), StringComparison.Ordinal);
        JsonElement message = (await server.ChatAsync("Hello!", Tools)).GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("get_weather", Assert.Single(message.GetProperty("tool_calls").EnumerateArray()).GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(Call, (await server.ChatAsync("Hello!")).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Mcp_returns_calls_as_text_and_beside_it()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        using var client = new HttpClient();
        using var content = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"What is the weather in Paris?"}],""" + Tools + "}}}",
            Encoding.UTF8, "application/json");
        client.DefaultRequestHeaders.Add("Accept", "application/json");
        using HttpResponseMessage answer = await client.PostAsync($"http://127.0.0.1:{server.McpPort}/mcp", content);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement result = document.RootElement.GetProperty("result");
        using JsonDocument text = JsonDocument.Parse(Assert.Single(result.GetProperty("content").EnumerateArray()).GetProperty("text").GetString()!);
        Assert.Equal("Let me look.", text.RootElement.GetProperty("content").GetString());
        JsonElement meta = result.GetProperty("_meta");
        Assert.Equal(text.RootElement.GetProperty("tool_calls").GetRawText(), meta.GetProperty("dev.mistralserve/tool_calls").GetRawText());
        Assert.Equal("tool_calls", meta.GetProperty("dev.mistralserve/finish_reason").GetString());
        Assert.StartsWith("The user wants", meta.GetProperty("dev.mistralserve/reasoning_content").GetString(), StringComparison.Ordinal);
    }

    private static string Error(JsonElement answer, string field) => answer.GetProperty("error").GetProperty(field).GetString()!;
}
