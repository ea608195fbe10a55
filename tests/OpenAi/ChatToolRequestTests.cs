using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Tests.OpenAi;

public sealed class ChatToolRequestTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"g"}}]
        """;

    [Fact]
    public void Tools_are_read_with_the_path_of_their_schema()
    {
        ChatGeneration generation = Parse(Tools);
        Assert.Equal(["f", "g"], generation.Tools.Select(tool => tool.Name));
        Assert.Equal(("d", true, "tools[0].function.parameters"), (generation.Tools[0].Description, generation.Tools[0].Strict, generation.Tools[0].Param));
        Assert.Equal("""{"type":"object"}""", generation.Tools[0].Parameters!.Value.GetRawText());
        Assert.Null(generation.Tools[1].Parameters);
        Assert.False(generation.Tools[1].Strict);
        Assert.Equal(ToolChoiceMode.Auto, generation.ToolChoice.Mode);
        Assert.True(generation.ParallelToolCalls);
    }

    [Theory]
    [InlineData("\"none\"", ToolChoiceMode.None, null)]
    [InlineData("\"auto\"", ToolChoiceMode.Auto, null)]
    [InlineData("\"required\"", ToolChoiceMode.Required, null)]
    [InlineData("""{"type":"function","function":{"name":"g"}}""", ToolChoiceMode.Required, "g")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"g"}}]}}""", ToolChoiceMode.Auto, "g")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}}""", ToolChoiceMode.Required, "f")]
    internal void Choices_are_read(string choice, ToolChoiceMode mode, string? name)
    {
        ChatGeneration generation = Parse($"{Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false");
        Assert.Equal(mode, generation.ToolChoice.Mode);
        Assert.Equal(name is null ? null : [name], generation.ToolChoice.AllowedNames);
        Assert.False(generation.ParallelToolCalls);
        Assert.Equal(2, generation.Tools.Count);
    }

    [Fact]
    public void Deprecated_functions_are_tools_that_one_answer_calls_once()
    {
        ChatGeneration generation = Parse("\"functions\":[{\"name\":\"g\",\"parameters\":{}}],\"function_call\":{\"name\":\"g\"}");
        Assert.Equal("g", Assert.Single(generation.Tools).Name);
        Assert.Equal("functions[0].parameters", generation.Tools[0].Param);
        Assert.Equal(["g"], generation.ToolChoice.AllowedNames!);
        Assert.False(generation.ParallelToolCalls);
    }

    [Fact]
    public void Past_calls_and_results_reach_the_conversation()
    {
        ChatGeneration generation = ParseBody(
            """
            {"messages":[{"role":"user","content":"a","name":"Ann"},
             {"role":"assistant","content":null,"reasoning_content":"r","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{broken"}}]},
             {"role":"tool","tool_call_id":"c1","content":"b"},
             {"role":"assistant","function_call":{"name":"g","arguments":"{}"}},
             {"role":"function","name":"g","content":"c"},
             {"role":"assistant","content":null,"refusal":"no","reasoning":"q"}]}
            """);
        Assert.Equal("Ann", generation.Messages[0].Name);
        Assert.Equal([new ChatToolCall("c1", "f", "{broken")], generation.Messages[1].ToolCalls);
        Assert.Equal(("", "r"), (generation.Messages[1].Content, generation.Messages[1].Reasoning));
        Assert.Equal("c1", generation.Messages[2].ToolCallId);
        Assert.Equal("g", generation.Messages[3].ToolCalls[0].Name);
        Assert.Equal(("tool", "g"), (generation.Messages[4].Role, generation.Messages[4].Name));
        Assert.Equal(("no", "q"), (generation.Messages[5].Content, generation.Messages[5].Reasoning));
    }

    [Fact]
    public void Reasoning_and_template_fields_reach_the_generation()
    {
        ChatGeneration generation = Parse(
            "\"reasoning_effort\":\"low\",\"thinking_token_budget\":7,\"reasoning_format\":\"none\",\"verbosity\":\"high\",\"chat_template_kwargs\":{\"a\":[1]},\"add_generation_prompt\":false");
        Assert.Equal(("low", 7, false, false), (generation.ReasoningEffort, generation.ReasoningBudget, generation.SplitReasoning, generation.AddGenerationPrompt));
        Assert.Equal("[1]", generation.TemplateVariables["a"].GetRawText());
        Assert.Equal("high", generation.TemplateVariables["verbosity"].GetString());
        Assert.Null(Parse("\"reasoning_budget_tokens\":-1").ReasoningBudget);
    }

    [Fact]
    public void A_final_message_is_gone_on_with_only_when_that_is_asked_for()
    {
        const string Messages = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]""";
        Assert.Equal((false, true), Flags(ParseBody(Messages + "}")));
        Assert.Equal((true, false), Flags(ParseBody(Messages + ",\"continue_final_message\":true}")));

        static (bool, bool) Flags(ChatGeneration generation) => (generation.ContinueFinalMessage, generation.AddGenerationPrompt);
    }

    [Fact]
    public void Mcp_arguments_may_be_in_camel_case()
    {
        using JsonDocument document = JsonDocument.Parse(
            $$"""{"messages":[{"role":"user","content":"a"}],{{Tools}},"toolChoice":"required","parallelToolCalls":false,"reasoningEffort":"high","chatTemplateKwargs":{"a":1} }""");
        ChatGeneration generation = ChatRequestValidator.Validate(ChatRequestReader.Read(document.RootElement, ChatRequestDialect.McpArguments).Value!, "").Value!;
        Assert.Equal((ToolChoiceMode.Required, false, "high"), (generation.ToolChoice.Mode, generation.ParallelToolCalls, generation.ReasoningEffort));
        Assert.Single(generation.TemplateVariables);

        using JsonDocument two = JsonDocument.Parse($$"""{"messages":[{"role":"user","content":"a"}],{{Tools}},"toolChoice":"required","tool_choice":"auto"}""");
        Assert.Equal("toolChoice", ChatRequestReader.Read(two.RootElement, ChatRequestDialect.McpArguments).Error!.Param);
        Assert.Equal(ToolChoiceMode.Auto, ChatRequestValidator.Validate(ChatRequestReader.Read(two.RootElement, ChatRequestDialect.OpenAi).Value!, "").Value!.ToolChoice.Mode);
    }

    private static ChatGeneration Parse(string fields) => ParseBody($$"""{"messages":[{"role":"user","content":"a"}],{{fields}}}""");

    private static ChatGeneration ParseBody(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return ChatRequestValidator.Validate(ChatRequestReader.Read(document.RootElement, ChatRequestDialect.OpenAi).Value!, "").Value!;
    }
}
