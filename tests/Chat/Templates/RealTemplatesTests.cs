using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.Templates.Library;
using MistralServe.Inference.Chat.Templates.Values;
using MistralServe.Tests.Chat.ToolFormats;

namespace MistralServe.Tests.Chat.Templates;

public sealed class RealTemplatesTests
{
    /// <summary>Debian's own Python, which has Debian's packages where another one comes first.</summary>
    private const string DebianPython = "/usr/bin/python3";

    private const string Call = """{"id": "call00001", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris \"x\" <y>", "days": 2.50, "deep": {"a": [true, null]}}}}""";
    private const string Other = """{"id": "call00002", "type": "function", "function": {"name": "calc", "arguments": {"expr": "1<2 & 'q'"}}}""";

    private static readonly string[] Conversations =
    [
        """[{"role": "user", "content": " Hi 👋 there\n"}]""",
        """[{"role": "system", "content": "You are X.\n"}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": " b \n"}, {"role": "user", "content": "c"}]""",
        """[{"role": "user", "content": "a"}, {"role": "assistant", "content": "<think>\nwhy\n</think>\n\nbecause"}, {"role": "user", "content": "c"}]""",
        """[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "reasoning_content": "r1", "thinking": "r1"}, {"role": "user", "content": "c"}]""",
        """[{"role": "user", "content": [{"type": "text", "text": "typed"}]}]""",
        $$"""[{"role": "user", "content": "w?"}, {"role": "assistant", "content": "", "tool_calls": [{{Call}}]}, {"role": "tool", "name": "get_weather", "tool_call_id": "call00001", "content": "{\"t\": 20.50}"}, {"role": "assistant", "content": "20"}, {"role": "user", "content": "thx"}]""",
        $$"""[{"role": "user", "content": "w?"}, {"role": "assistant", "content": "", "reasoning_content": "rr", "tool_calls": [{{Call}}, {{Other}}]}, {"role": "tool", "name": "get_weather", "tool_call_id": "call00001", "content": "20"}, {"role": "tool", "name": "calc", "tool_call_id": "call00002", "content": "3"}]""",
    ];

    private const string Tools = """
        [{"type": "function", "function": {"name": "get_weather", "description": "Get the weather & more <now>", "parameters": {"type": "object", "properties":
        {"city": {"type": "string", "description": "City's name"}, "days": {"type": "number", "default": 1.0, "maximum": 18446744073709551615}, "unit": {"type": ["string", "null"], "enum": ["c", "f"]}}, "required": ["city"], "additionalProperties": false}}}]
        """;

    private static readonly string[] Settings =
        ["""{"add_generation_prompt": true}""", """{"add_generation_prompt": false}""", """{"add_generation_prompt": true, "enable_thinking": false, "thinking": true, "reasoning_effort": "high"}"""];

    [Fact]
    public async Task Real_templates_are_rendered_as_jinja2_renders_them()
    {
        List<(string Name, string Source)> templates = await RealTemplates.LoadAsync();
        var cases = new List<(string Name, string Source, JsonObject Variables)>();
        foreach ((string name, string source) in templates)
        {
            foreach (string conversation in Conversations)
            {
                foreach (string setting in Settings)
                {
                    foreach (string tools in new[] { "null", Tools })
                    {
                        JsonObject variables = JsonNode.Parse(setting)!.AsObject();
                        variables["messages"] = JsonNode.Parse(conversation);
                        variables["tools"] = JsonNode.Parse(tools);
                        variables["bos_token"] = "<s>";
                        variables["eos_token"] = "</s>";
                        cases.Add((name, source, variables));
                    }
                }
            }
        }

        List<string?> expected = await RenderByJinjaAsync(cases.Select(item => (item.Source, item.Variables)));
        int same = 0;
        foreach (((string name, string source, JsonObject variables), string? text) in cases.Zip(expected))
        {
            var values = JsonDocument.Parse(variables.ToJsonString()).RootElement.EnumerateObject()
                .Select(variable => new KeyValuePair<string, TemplateValue>(variable.Name, TemplateJson.Read(variable.Value)));
            string? output = ChatTemplateTests.Render(source, values).Output;

            // Where jinja2 gives an error we may render: lists of the template's own can be changed here.
            Assert.True(text is null || output == text, $"{name} with {variables.ToJsonString()}:\n{output}\nexpected:\n{text}");
            same += text is null ? 0 : 1;
        }

        Assert.True(templates.Count >= 60 && same > 1500, $"{templates.Count} templates, {same} renderings");
    }

    // The committed outputs are jinja2's still: a case that was changed without the script would be found here.
    [Fact]
    public async Task The_corpus_has_what_jinja2_makes_of_it_now()
    {
        using JsonDocument corpus = JsonDocument.Parse(await File.ReadAllTextAsync(RepositoryFiles.Path("tests/Chat/Templates/corpus/corpus.json")));

        // The sandbox of older versions, Debian's among them, forgot two methods that change a list.
        JsonElement[] cases = [.. corpus.RootElement.GetProperty("cases").EnumerateArray()
            .Where(item => !(item.TryGetProperty("error", out JsonElement error) && error.GetString() is { } text
                && (text.Contains("'pop' of 'list'", StringComparison.Ordinal) || text.Contains("'clear' of 'list'", StringComparison.Ordinal))))];
        List<string?> live = await RenderByJinjaAsync(cases.Select(item =>
        {
            JsonObject variables = JsonNode.Parse(corpus.RootElement.GetProperty("variables").GetRawText())!.AsObject();
            foreach (JsonProperty variable in item.GetProperty("variables").EnumerateObject())
            {
                variables[variable.Name] = JsonNode.Parse(variable.Value.GetRawText());
            }

            return (item.GetProperty("template").GetString()!, variables);
        }));
        Assert.Equal(cases.Length, live.Count);
        Assert.All(cases.Zip(live), pair => Assert.Equal(pair.First.TryGetProperty("output", out JsonElement text) ? text.GetString() : null, pair.Second));
    }

    [Fact]
    public async Task Probing_knows_what_real_templates_take()
    {
        Dictionary<string, TemplateCapabilities> found = (await RealTemplates.LoadAsync()).ToDictionary(
            template => template.Name,
            template => new ConversationRenderer(ChatTemplate.Parse(template.Source).Template!, "<s>", "</s>", TimeProvider.System).Capabilities);
        Check("Qwen-Qwen3-0.6B", caps => caps is { SystemRole: true, Tools: true, ToolCalls: true, ParallelToolCalls: true, EnableThinking: true, TypedContent: false });
        Check("meta-llama-Llama-3.1-8B-Instruct", caps => caps is { Tools: true, ToolCalls: true, ParallelToolCalls: false, ArgumentsAsObject: true });
        Check("google-gemma-2-2b-it", caps => caps is { SystemRole: false, Tools: false, ToolCalls: false });
        Check("openai-gpt-oss-120b", caps => caps is { Tools: true, ToolCalls: true, ReasoningEffort: true });
        Check("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", caps => caps is { ThinkingTag: "<think>" });
        Check("mistralai-Mistral-Nemo-Instruct-2407", caps => caps is { Tools: true, ToolCalls: true });

        void Check(string name, Func<TemplateCapabilities, bool> isRight) => Assert.True(isRight(found[name + ".jinja"]), $"{name}: {found[name + ".jinja"]}");
    }

    // Whatever a template takes: no word of a conversation may be lost on the way to the model.
    [Fact]
    public async Task Calls_results_and_every_system_message_reach_the_prompt_with_every_real_template()
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type": "object", "properties": {"a": {"type": "integer", "description": "A"}}, "required": ["a"]}""");
        ChatMessage Call(params string[] names) => new("assistant", "")
        {
            ToolCalls = [.. names.Select((name, i) => new ChatToolCall($"call0000{i + 1}", name, $$"""{"a": 73{{i}}}"""))],
        };
        ChatMessage Result(string text, int call) => new("tool", text) { ToolCallId = $"call0000{call}" };
        (string[] Words, ChatMessage[] Messages)[] conversations =
        [
            (["zqs", "zqu", "zqf", "730", "zqr"], [new("system", "zqs"), new("user", "zqu"), Call("zqf"), Result("zqr", 1)]),
            (["zqu", "zqf", "730", "731", "zqr", "zqt", "zqe", "zqv"],
                [new("user", "zqu"), Call("zqf", "zqg"), Result("zqr", 1), Result("zqt", 2), new("assistant", "zqe"), new("user", "zqv")]),
            (["zqs", "zqd", "zqu", "zqe", "zql", "zqv"],
                [new("system", "zqs"), new("system", "zqd"), new("user", "zqu"), new("assistant", "zqe"), new("system", "zql"), new("user", "zqv")]),
        ];
        var failures = new StringBuilder();
        foreach ((string name, string source) in await RealTemplates.LoadAsync())
        {
            ChatModel model = ChatModel.Create(new ChatTemplateSource(source), new MarkerVocabulary([]), TimeProvider.System).Model!;
            foreach ((string[] words, ChatMessage[] messages) in conversations)
            {
                bool hasCalls = messages.Any(message => message.Role == "tool");
                var request = new ChatGeneration
                {
                    Messages = messages,
                    Tools = hasCalls ? [new ChatTool("zqf", "d", schema.RootElement), new ChatTool("zqg", "d", schema.RootElement)] : [],
                };
                (RenderedPrompt? prompt, MistralServe.Inference.EngineFailure? failure) = model.Render(request);

                // Nemo's shows the system text in the last question only, and only where that is the last message.
                bool isKnown = name.StartsWith("mistralai-Mistral-Nemo", StringComparison.Ordinal) && messages[^1].Role == "tool";
                string[] lost = [.. words.Skip(isKnown ? 1 : 0).Where(word => prompt?.Text.Contains(word, StringComparison.Ordinal) != true)];
                if (lost.Length > 0)
                {
                    failures.AppendLine($"{name} loses {string.Join(' ', lost)}: {failure?.Message ?? prompt?.Text}");
                }
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }

    private static async Task<List<string?>> RenderByJinjaAsync(IEnumerable<(string Source, JsonObject Variables)> cases)
    {
        string script = RepositoryFiles.Path("tests/Chat/Templates/corpus/reference.py");
        string input = string.Concat(cases.Select(item => new JsonObject { ["template"] = item.Source, ["variables"] = item.Variables.DeepClone() }.ToJsonString() + "\n"));
        (int ExitCode, string Output, string Error)? result = await RealTemplates.RunAsync("python3", null, input, script, "--render");
        if (IsMissing(result) && File.Exists(DebianPython))
        {
            result = await RealTemplates.RunAsync(DebianPython, null, input, script, "--render");
        }

        if (IsMissing(result))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "needs Python with jinja2 (Debian: python3-jinja2)");
            Assert.Fail("Python's jinja2 is missing, and in CI it must be there");
        }

        Assert.True(result!.Value.ExitCode == 0, result.Value.Error);
        return [.. result.Value.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["output"]?.GetValue<string>())];
    }

    private static bool IsMissing((int ExitCode, string Output, string Error)? result) =>
        result is null || result.Value.Error.Contains("No module named 'jinja2'", StringComparison.Ordinal);
}
