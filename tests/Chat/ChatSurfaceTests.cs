using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

/// <summary>What a request says of tools, reasoning and messages means the same on every surface that chats.</summary>
public sealed class ChatSurfaceTests
{
    private const string Number = """{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false}""";
    private const string Word = """{"type":"object","properties":{"y":{"type":"string","maxLength":3}},"required":["y"],"additionalProperties":false}""";
    private const string Distinct = """{"type":"object","properties":{"x":{"type":"array","items":{"type":"integer"},"uniqueItems":true}},"required":["x"],"additionalProperties":false}""";

    private static readonly ReplayScript Caller = new()
    {
        Markers = ["<think>", "</think>", "<tool_call>", "</tool_call>"],
        Answers =
        [
            new("Call both", "<think>\nBoth.\n</think>\n\nSee.\n<tool_call>\n{\"name\": \"a\", \"arguments\": {\"x\": 1}}\n</tool_call>\n<tool_call>\n{\"name\": \"b\", \"arguments\": {\"y\": \"q\"}}\n</tool_call>"),
            new("Call wrongly", "<tool_call>\n{\"name\": \"a\", \"arguments\": {\"x\": \"many\", \"z\": 5}}\n</tool_call>"),
            new("Think", "<think>\nTwo and two are what I have to add up here.\n</think>\n\nThe answer is 4."),
        ],
        Otherwise = "Hello there.",
        Rejoin = "\n</think>\n\n",
    };

    public static TheoryData<string> Surfaces => [.. ChatSurfaces.All];

    // Rows: surface, choice, which tools may be called, whether one must be.
    public static TheoryData<string, string?, string, bool> Choices
    {
        get
        {
            var rows = new TheoryData<string, string?, string, bool>();
            foreach (string surface in ChatSurfaces.All)
            {
                rows.Add(surface, null, "ab", false);
                rows.Add(surface, "none", "", false);
                rows.Add(surface, "auto", "ab", false);
                rows.Add(surface, "required", "ab", true);
                rows.Add(surface, "named b", "b", true);
                if (surface != "messages")
                {
                    rows.Add(surface, "allowed-auto b", "b", false);
                    rows.Add(surface, "allowed-required b", "b", true);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Tool_choice_means_the_same_everywhere(string surface, string? choice, string callable, bool isRequired)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller);
        foreach (bool? parallel in (bool?[])[null, true, false])
        {
            SurfaceAnswer talk = await ChatSurfaces.AskAsync(server, surface, Request(surface, "Hello!", choice, parallel));
            SurfaceAnswer both = await ChatSurfaces.AskAsync(server, surface, Request(surface, "Call both!", choice, parallel));
            Assert.Equal("Both.", both.Reasoning);
            foreach (SurfaceAnswer answer in (SurfaceAnswer[])[talk, both])
            {
                Assert.Null(answer.Problem);
                Assert.All(answer.Calls, AssertHolds);
                Assert.All(answer.Calls, call => Assert.Contains(call.Name, callable, StringComparison.Ordinal));
                Assert.True(!isRequired || (answer.Calls.Count > 0 && answer.Text.Length == 0), answer.ToString());
                Assert.True(parallel != false || answer.Calls.Count <= 1, answer.ToString());
            }

            if (!isRequired)
            {
                Assert.Equal(("Hello there.", 0), (talk.Text, talk.Calls.Count));
                Assert.StartsWith("See.", both.Text, StringComparison.Ordinal);
                Assert.Equal(callable.Length == 0 ? 0 : parallel == false ? 1 : callable.Length, both.Calls.Count);
                Assert.Equal(callable.Length == 0, both.Text.Contains("<tool_call>", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task A_call_under_auto_is_held_to_the_schema_from_its_opening_on_strict_or_not(string surface)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller);
        foreach (bool isStrict in (bool[])[false, true])
        {
            SurfaceAnswer answer = await ChatSurfaces.AskAsync(server, surface, ChatSurfaces.Request(surface, "Call wrongly!", "auto", null, isStrict, ("a", Number)));
            AssertHolds(Assert.Single(answer.Calls));
        }
    }

    // In turn, so that what was compiled for one surface is at hand for the next: each is told its own fields all the same.
    [Fact]
    public async Task A_keyword_that_cannot_be_enforced_is_told_under_auto_and_refused_for_strict_and_forced_tools_by_the_surfaces_own_field()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller);
        foreach (string surface in ChatSurfaces.All)
        {
            SurfaceAnswer answer = await ChatSurfaces.AskAsync(server, surface, ChatSurfaces.Request(surface, "Hello!", null, null, false, ("a", Distinct)));
            Assert.Equal(("Hello there.", $"{ChatSurfaces.SchemaField(surface)}#/properties/x:uniqueItems"), (answer.Text, answer.Unenforced));
            foreach ((string? choice, bool isStrict) in ((string?, bool)[])[(null, true), ("required", false), ("named a", false)])
            {
                answer = await ChatSurfaces.AskAsync(server, surface, ChatSurfaces.Request(surface, "Hello!", choice, null, isStrict, ("a", Distinct)));
                Assert.Contains("uniqueItems", answer.Problem, StringComparison.Ordinal);
                Assert.Contains(ChatSurfaces.SchemaField(surface), answer.Problem, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("chat", "\"thinking_token_budget\":9")]
    [InlineData("chat", "\"reasoning_budget_tokens\":9")]
    [InlineData("mcp", "\"thinkingTokenBudget\":9")]
    [InlineData("messages", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9}")]
    public async Task A_spent_budget_closes_the_block_and_the_answer_follows(string surface, string field)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller);
        JsonObject body = JsonNode.Parse($$"""{"messages":[{"role":"user","content":"Think!"}],"max_tokens":200,{{field}}}""")!.AsObject();
        SurfaceAnswer answer = await ChatSurfaces.AskAsync(server, surface, body);
        Assert.Equal("The answer is 4.", answer.Text);
        Assert.InRange(answer.Reasoning.Length, 1, 9);
        Assert.StartsWith(answer.Reasoning, "Two and two are", StringComparison.Ordinal);

        string url = surface == "mcp" ? $"http://127.0.0.1:{server.McpPort}/mcp" : surface == "chat" ? "/v1/chat/completions" : "/v1/messages";
        string sent = surface == "mcp"
            ? $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{{{{body.ToJsonString()}}}},"_meta":{"progressToken":1}}}"""
            : body.ToJsonString()[..^1] + ",\"stream\":true}";
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(sent, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept", "application/json, text/event-stream");
        using HttpResponseMessage streamed = await server.Client.SendAsync(request);
        Assert.Equal("text/event-stream", streamed.Content.Headers.ContentType!.MediaType);
        (string reasoning, string text) = Collect(await streamed.Content.ReadAsStringAsync());
        Assert.Equal((answer.Reasoning, answer.Text), (reasoning, text));
    }

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Reasoning_that_the_template_has_opened_is_told_apart(string surface)
    {
        const string Opening = "<|im_start|>assistant\n<think>\n";
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller with
        {
            Template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}" + Opening + "{% endif %}",
            Opening = Opening,
            Answers = [],
            Otherwise = "Two and two.\n</think>\n\nThe answer is 4.",
        });
        SurfaceAnswer answer = await ChatSurfaces.AskAsync(server, surface, ChatSurfaces.Request(surface, "Add!", null, null, false));
        Assert.Equal(("Two and two.", "The answer is 4."), (answer.Reasoning, answer.Text));
    }

    [Theory]
    [InlineData("chat", "\"reasoning_effort\":\"none\"")]
    [InlineData("mcp", "\"reasoningEffort\":\"none\"")]
    [InlineData("messages", "\"thinking\":{\"type\":\"disabled\"}")]
    [InlineData("messages", "\"system\":\"S\"")]
    [InlineData("responses", "\"reasoning\":{\"effort\":\"none\"}")]
    public async Task Without_reasoning_the_answer_comes_at_once(string surface, string field)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(Caller);
        string prompt = surface == "responses" ? "\"input\":\"Think!\"" : "\"messages\":[{\"role\":\"user\",\"content\":\"Think!\"}],\"max_tokens\":200";
        SurfaceAnswer answer = await ChatSurfaces.AskAsync(server, surface, JsonNode.Parse($"{{{prompt},{field}}}")!.AsObject());
        Assert.Equal(("", "The answer is 4."), (answer.Reasoning, answer.Text));
    }

    [Theory]
    [InlineData("chat", "\"reasoning_effort\":\"low\",\"verbosity\":\"high\"", "effort=low thinking=True style=- verbosity=high")]
    [InlineData("chat", "\"reasoning_effort\":\"none\"", "effort=- thinking=False style=- verbosity=-")]
    [InlineData("chat", "\"chat_template_kwargs\":{\"enable_thinking\":false,\"style\":\"terse\"}", "effort=- thinking=False style=terse verbosity=-")]
    [InlineData("mcp", "\"reasoning_effort\":\"low\"", "effort=low thinking=True style=- verbosity=-")]
    [InlineData("mcp", "\"reasoningEffort\":\"none\"", "effort=- thinking=False style=- verbosity=-")]
    [InlineData("mcp", "\"chatTemplateKwargs\":{\"reasoning_effort\":\"max\",\"style\":\"terse\"}", "effort=max thinking=True style=terse verbosity=-")]
    [InlineData("responses", "\"reasoning\":{\"effort\":\"high\"},\"text\":{\"verbosity\":\"low\"}", "effort=high thinking=True style=- verbosity=low")]
    [InlineData("messages", "\"thinking\":{\"type\":\"adaptive\"}", "effort=- thinking=True style=- verbosity=-")]
    [InlineData("messages", "\"top_k\":1", "effort=- thinking=False style=- verbosity=-")]
    public async Task What_a_request_says_of_reasoning_reaches_the_template(string surface, string fields, string expected)
    {
        var script = new ReplayScript
        {
            Template = """
                {%- for m in messages %}<|im_start|>{{ m.role }}
                {{ m.content }}<|im_end|>
                {% endfor %}<|im_start|>settings effort={{ reasoning_effort | default('-') }} thinking={{ enable_thinking }} style={{ style | default('-') }} verbosity={{ verbosity | default('-') }};<|im_end|>
                {% if add_generation_prompt %}<|im_start|>assistant
                {% endif %}
                """,
            Answers = [new(expected + ";", "So it is.")],
        };
        await using ScriptedServer server = await ScriptedServer.StartAsync(script);
        string prompt = surface == "responses" ? "\"input\":\"a\"" : "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":200";
        Assert.Equal("So it is.", (await ChatSurfaces.AskAsync(server, surface, JsonNode.Parse($"{{{prompt},{fields}}}")!.AsObject())).Text);
    }

    [Theory]
    [InlineData("chat", true)]
    [InlineData("chat", false)]
    [InlineData("mcp", true)]
    [InlineData("mcp", false)]
    public async Task A_final_message_of_the_assistant_is_gone_on_with_only_when_asked(string surface, bool isContinued)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Answers = [new("Tell", "Once upon a time.")], Otherwise = "Another turn." });
        JsonObject body = JsonNode.Parse("""{"messages":[{"role":"user","content":"Tell!"},{"role":"assistant","content":"Once upon "}]}""")!.AsObject();
        if (isContinued)
        {
            body[surface == "mcp" ? "continueFinalMessage" : "continue_final_message"] = true;
        }

        Assert.Equal(isContinued ? "a time." : "Another turn.", (await ChatSurfaces.AskAsync(server, surface, body)).Text);
    }

    private const string AllRoles = """
        [{"role":"developer","content":PARTS},{"role":"user","content":PARTS},{"role":"assistant","content":PARTS,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]},
         {"role":"tool","tool_call_id":"c1","content":PARTS},{"role":"system","content":PARTS},{"role":"user","content":PARTS}]
        """;

    private const string AllItems = """
        [{"role":"developer","content":PARTS},{"role":"user","content":PARTS},{"role":"assistant","content":PARTS},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\": 1}"},
         {"type":"function_call_output","call_id":"c1","output":PARTS},{"role":"system","content":PARTS},{"role":"user","content":PARTS}]
        """;

    private const string AllBlocks = """
        [{"role":"user","content":PARTS},{"role":"assistant","content":[{"type":"text","text":"p"},{"type":"text","text":"q"},{"type":"tool_use","id":"c1","name":"f","input":{"a": 1}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":PARTS}]},{"role":"system","content":PARTS},{"role":"user","content":PARTS}]
        """;

    [Theory]
    [InlineData("chat", "\"messages\":" + AllRoles)]
    [InlineData("mcp", "\"messages\":" + AllRoles)]
    [InlineData("responses", "\"input\":" + AllItems)]
    [InlineData("messages", "\"max_tokens\":100,\"system\":PARTS,\"messages\":" + AllBlocks)]
    public async Task Content_in_parts_is_taken_in_every_role_and_calls_and_results_render_back(string surface, string fields)
    {
        const string Parts = """[{"type":"text","text":"p"},{"type":"text","text":"q"}]""";
        var script = new ReplayScript
        {
            Template = """
                {%- if tools %}{{ tools | tojson }}{% endif %}<|im_start|>log
                {% for m in messages %}[{{ m.role }}:{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}{% endfor %}]{% endfor %}<|im_end|>
                {% if add_generation_prompt %}<|im_start|>assistant
                {% endif %}
                """,
            Answers = [new("[system:p\nq][user:p\nq][assistant:p\nq<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}][tool:p\nq][system:p\nq][user:p\nq]<|im_end|>", "All there.")],
        };
        await using ScriptedServer server = await ScriptedServer.StartAsync(script);
        JsonObject body = JsonNode.Parse($"{{{fields.Replace("PARTS", Parts, StringComparison.Ordinal)}}}")!.AsObject();
        Assert.Equal("All there.", (await ChatSurfaces.AskAsync(server, surface, body)).Text);
    }

    private static JsonObject Request(string surface, string user, string? choice, bool? isParallel) =>
        ChatSurfaces.Request(surface, user, choice, isParallel, false, ("a", Number), ("b", Word));

    private static void AssertHolds((string Name, string Arguments) call)
    {
        using JsonDocument document = JsonDocument.Parse(call.Arguments);
        JsonProperty argument = Assert.Single(document.RootElement.EnumerateObject());
        Assert.Equal(call.Name == "a" ? ("x", JsonValueKind.Number) : ("y", JsonValueKind.String), (argument.Name, argument.Value.ValueKind));
        Assert.True(call.Name == "a" || argument.Value.GetString()!.EnumerateRunes().Count() <= 3);
    }

    // Reasoning and text of a stream of any surface. Over MCP the result has both: progress may lag behind it.
    private static (string Reasoning, string Text) Collect(string body)
    {
        (string reasoning, string text) = ("", "");
        foreach (string line in body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            JsonNode item = JsonNode.Parse(line["data: ".Length..])!;
            JsonNode? delta = item["choices"]?[0]?["delta"] ?? item["delta"];
            reasoning += (string?)(delta?["reasoning_content"] ?? delta?["thinking"] ?? item["result"]?["_meta"]?["dev.mistralserve/reasoning_content"]);
            text += (string?)(delta?["content"] ?? delta?["text"] ?? item["result"]?["content"]?[0]?["text"]);
        }

        return (reasoning, text);
    }
}
