using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Chat.Templates;

public sealed class ConversationRendererTests
{
    private const string Tools = "{% if tools %}{{ tools | tojson }}{% endif %}";
    private const string Calls =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}[{{ c.function.name }} {{ c.function.arguments ARGS}} {{ c.id }}]{% endfor %}{% endfor %}";

    [Fact]
    public void What_a_template_can_express_is_found_by_probing()
    {
        TemplateCapabilities bare = Renderer("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}").Capabilities;
        Assert.Equal(new TemplateCapabilities { SystemRole = true, LaterSystem = true }, bare);
        TemplateCapabilities full = Renderer(
            Tools + Calls.Replace("ARGS", "| tojson", StringComparison.Ordinal)
            + "{% for m in messages if m.reasoning_content %}{{ m.reasoning_content }}{% endfor %}"
            + "{{ reasoning_effort }}{% if add_generation_prompt %}{% if enable_thinking %}<think>\n{% endif %}{% endif %}").Capabilities;
        Assert.Equal(
            new TemplateCapabilities
            {
                SystemRole = true, LaterSystem = true, Tools = true, ToolCalls = true, ArgumentsAsObject = true, ParallelToolCalls = true, ReasoningInHistory = true,
                ThinkingTag = "<think>", EnableThinking = true, ReasoningEffort = true,
            },
            full);
    }

    [Fact]
    public void Arguments_are_text_where_the_template_prints_them_and_objects_where_it_writes_json()
    {
        ChatMessage call = new("assistant", "") { ToolCalls = [new ChatToolCall("id1", "f", """{"a": "b"}""")] };
        ChatGeneration request = new() { Messages = [new("user", "u"), call] };
        Assert.Equal("<user>u<assistant>[f {\"a\": \"b\"} id1]", Renderer(Calls.Replace("ARGS", "", StringComparison.Ordinal)).Render(request).Prompt!.Text);
        Assert.Equal("<user>u<assistant>[f {\"a\": \"b\"} id1]", Renderer(Calls.Replace("ARGS", "| tojson", StringComparison.Ordinal)).Render(request).Prompt!.Text);
        ChatGeneration broken = request with { Messages = [new("user", "u"), call with { ToolCalls = [new ChatToolCall("id1", "f", "{a")] }] };
        Assert.Equal("<user>u<assistant>[f {a id1]", Renderer(Calls.Replace("ARGS", "", StringComparison.Ordinal)).Render(broken).Prompt!.Text);
        Assert.Equal("<user>u<assistant>[f {\"arguments\": \"{a\"} id1]", Renderer(Calls.Replace("ARGS", "| tojson", StringComparison.Ordinal)).Render(broken).Prompt!.Text);
    }

    [Fact]
    public void Several_calls_are_known_to_be_refused_where_the_template_refuses_them()
    {
        string template = "{% for m in messages %}{{ m.content }}{% if m.tool_calls %}{% if m.tool_calls|length != 1 %}{{ raise_exception('This model only supports single tool-calls at once!') }}{% endif %}"
            + "{{ m.tool_calls[0].function | tojson }}{% endif %}{% endfor %}";
        Assert.True(Renderer(template).Capabilities is { ToolCalls: true, ParallelToolCalls: false, ArgumentsAsObject: true });
    }

    [Fact]
    public void System_text_goes_into_the_user_message_where_there_is_no_system_role()
    {
        ConversationRenderer renderer = Renderer(
            "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}");
        Assert.False(renderer.Capabilities.SystemRole);
        Assert.Equal("<user>S\nU<assistant>A", Text(renderer, new("system", "S"), new("user", "U"), new("assistant", "A")));
        Assert.Equal("<user>S", Text(renderer, new ChatMessage("system", "S")));
    }

    // Rows: roles of the conversation (s, u, a; each message has the text of its number), what a template gets that takes one system message in front.
    [Theory]
    [InlineData("su", "<system>0<user>1")]
    [InlineData("ssu", "<system>0\n\n1<user>2")]
    [InlineData("suasu", "<system>0<user>1<assistant>2<user>3\n4")]
    [InlineData("usu", "<user>0<user>1\n2")]
    [InlineData("sus", "<system>0<user>1\n2")]
    [InlineData("suass", "<system>0<user>1<assistant>2<user>3\n4")]
    [InlineData("ssuassu", "<system>0\n\n1<user>2<assistant>3<user>4\n5\n6")]
    public void Further_system_messages_are_not_lost_where_the_template_takes_one_in_front(string roles, string expected)
    {
        ChatMessage[] messages = [.. roles.Select((role, i) => new ChatMessage(role switch { 's' => "system", 'u' => "user", _ => "assistant" }, $"{i}"))];
        ConversationRenderer loses = Renderer("{% for m in messages %}{% if m.role != 'system' or loop.first %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}");
        ConversationRenderer refuses = Renderer(
            "{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('System message must be at the beginning.') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}");
        Assert.True(loses.Capabilities is { SystemRole: true, LaterSystem: false });
        Assert.Equal((expected, expected), (Text(loses, messages), Text(refuses, messages)));

        // Where the template shows them all, they stay what and where they are.
        ConversationRenderer shows = Renderer("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}");
        Assert.Equal(string.Concat(messages.Select(message => $"<{message.Role}>{message.Content}")), Text(shows, messages));
    }

    [Fact]
    public void Content_is_a_list_of_parts_where_the_template_wants_one()
    {
        ConversationRenderer renderer = Renderer("{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}{% endif %}{% endfor %}{% endfor %}");
        Assert.True(renderer.Capabilities.TypedContent);
        Assert.Equal("Hello", Text(renderer, new ChatMessage("user", "Hello")));
    }

    [Fact]
    public void A_refusal_of_the_template_reaches_the_caller_in_its_own_words()
    {
        ConversationRenderer renderer = Renderer("{{ raise_exception('roles must alternate') }}");
        EngineFailure failure = renderer.Render(new ChatGeneration { Messages = [new("user", "x")] }).Failure!;
        Assert.Equal((EngineFailureCode.InvalidRequest, "roles must alternate", "messages"), (failure.Code, failure.Message, failure.Param));
        failure = Renderer("\n{{ x.y.z }}").Render(new ChatGeneration { Messages = [new("user", "x")] }).Failure!;
        Assert.Contains("line 2 of the chat template", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_message_can_be_continued()
    {
        ConversationRenderer renderer = Renderer(
            "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}");
        ChatGeneration request = new() { Messages = [new("user", "u"), new("assistant", "Once upon ")] };
        Assert.Equal("<user>u</><assistant>Once upon</><assistant>", renderer.Render(request).Prompt!.Text);
        Assert.Equal("<user>u</><assistant>Once upon ", renderer.Render(request with { ContinueFinalMessage = true }).Prompt!.Text);
        Assert.Equal("<user>u</><assistant>Once upon</>", renderer.Render(request with { AddGenerationPrompt = false }).Prompt!.Text);
    }

    [Fact]
    public void Variables_of_the_request_reach_the_template_but_cannot_replace_messages_and_tools()
    {
        using JsonDocument document = JsonDocument.Parse("""{"x": [1, {"a": "b"}], "messages": 1, "enable_thinking": false}""");
        ChatGeneration request = new()
        {
            Messages = [new("user", "u")],
            TemplateVariables = document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone()),
        };
        Assert.Equal("b u False", Renderer("{{ x[1].a }} {{ messages[0].content }} {{ enable_thinking }}").Render(request).Prompt!.Text);
    }

    [Fact]
    public void Roles_are_the_servers_and_all_else_of_a_message_is_input()
    {
        RenderedPrompt prompt = Renderer("{{ '<|' + messages[0].role + '|>' + messages[0].content + messages[0].name }}{{ bos_token }}")
            .Render(new ChatGeneration { Messages = [new ChatMessage("user", "text") { Name = "bob" }] }).Prompt!;
        Assert.Equal("<|user|>textbob<s>", prompt.Text);
        Assert.Equal(1, prompt.Input.Count);
        Assert.Equal((8, 15), prompt.Input[0]);
    }

    [Fact]
    public void A_thinking_tag_counts_only_where_the_template_wrote_it()
    {
        Assert.Null(Renderer("{{ messages[0].content }}").Render(new ChatGeneration { Messages = [new("user", "<think>")] }).Prompt!.OpenThinkingTag);
        Assert.Equal("[THINK]", Renderer("{{ messages[0].content }}[THINK]\n").Render(new ChatGeneration { Messages = [new("user", "x")] }).Prompt!.OpenThinkingTag);
    }

    [Fact]
    public void Tools_are_shown_unless_none_may_be_called()
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type": "object", "properties": {"a": {"type": "integer", "maximum": 18446744073709551615}}}""");
        ChatGeneration request = new() { Messages = [new("user", "u")], Tools = [new ChatTool("f", null, schema.RootElement)] };
        Assert.Equal(
            """[{"type": "function", "function": {"name": "f", "description": "", "parameters": {"type": "object", "properties": {"a": {"type": "integer", "maximum": 18446744073709551615}}}}}]""",
            Renderer(Tools).Render(request).Prompt!.Text);
        Assert.Equal("", Renderer(Tools).Render(request with { ToolChoice = new ToolChoice(ToolChoiceMode.None) }).Prompt!.Text);
    }

    [Fact]
    public void A_template_that_goes_through_tools_that_are_not_there_gets_an_empty_list()
    {
        ConversationRenderer renderer = Renderer("<tools>{% for tool in tools %}{{ tool | tojson }}{% endfor %}</tools>{% for m in messages %}{{ m.content }}{% endfor %}");
        Assert.True(renderer.Capabilities is { NeedsToolList: true, Tools: true, SystemRole: true });
        Assert.Equal("<tools></tools>Hello", Text(renderer, new ChatMessage("user", "Hello")));
    }

    [Fact]
    public void The_demo_models_template_renders()
    {
        string source = ModelDescriptionReader.Read(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), null, false).Model!.ChatTemplate!;
        Assert.Equal("<|im_start|>user\nHello 👋<|im_end|>\n<|im_start|>assistant\n", Text(Renderer(source), new ChatMessage("user", "Hello 👋")));
    }

    private static string Text(ConversationRenderer renderer, params ChatMessage[] messages) => renderer.Render(new ChatGeneration { Messages = messages }).Prompt!.Text;

    private static ConversationRenderer Renderer(string source)
    {
        (ChatTemplate? template, TemplateProblem? problem) = ChatTemplate.Parse(source);
        Assert.Null(problem);
        return new ConversationRenderer(template!, "<s>", "</s>", TimeProvider.System);
    }
}
