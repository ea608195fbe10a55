using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

public sealed class ConversationAdapterTests
{
    private static readonly ChatMessage Calls = new("assistant", "Look:")
    {
        ToolCalls = [new("call_1", "f", """{"a": 1}"""), new("call_2", "g", "{}")],
    };

    private static readonly ChatGeneration Request = new()
    {
        Messages = [new("user", "U"), Calls, new("tool", "two") { ToolCallId = "call_2" }, new("tool", "one") { ToolCallId = "call_1" }, new("user", "V")],
        Tools = [new ChatTool("f", "d", JsonDocument.Parse("""{"type":"object"}""").RootElement)],
    };

    [Fact]
    public void A_template_without_tools_gets_them_as_text()
    {
        ChatGeneration adapted = Adapt(NamedTemplates.Find("chatml")!);
        Assert.Empty(adapted.Tools);
        Assert.Equal(["system", "user", "assistant", "user"], adapted.Messages.Select(message => message.Role));
        Assert.Contains("\"f\"", adapted.Messages[0].Content, StringComparison.Ordinal);
        Assert.StartsWith("Look:", adapted.Messages[2].Content, StringComparison.Ordinal);
        Assert.Contains("\"g\"", adapted.Messages[2].Content, StringComparison.Ordinal);

        // Results and the question behind them are one turn.
        Assert.Contains("two", adapted.Messages[3].Content, StringComparison.Ordinal);
        Assert.EndsWith("V", adapted.Messages[3].Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_get_the_name_of_their_tool()
    {
        ChatGeneration adapted = Adapt(ReplayScript.DefaultTemplate);
        Assert.Equal(["g", "f"], adapted.Messages.Where(message => message.Role == "tool").Select(message => message.Name));
        Assert.Equal(Request.Tools, adapted.Tools);
    }

    [Fact]
    public void A_template_that_takes_one_call_a_message_gets_one()
    {
        string single = ReplayScript.DefaultTemplate.Replace(
            "{% elif message.role == 'assistant' %}",
            "{% elif message.role == 'assistant' %}{% if message.tool_calls and message.tool_calls | length > 1 %}{{ raise_exception('one call') }}{% endif %}",
            StringComparison.Ordinal);
        ChatGeneration adapted = Adapt(single);
        Assert.Equal(["user", "assistant", "tool", "assistant", "tool", "user"], adapted.Messages.Select(message => message.Role));
        Assert.Equal(("f", "one"), (adapted.Messages[1].ToolCalls.Single().Name, adapted.Messages[2].Content));
        Assert.Equal(("g", "two"), (adapted.Messages[3].ToolCalls.Single().Name, adapted.Messages[4].Content));
    }

    private static ChatGeneration Adapt(string template)
    {
        ChatModel model = ChatModel.Create(new ChatTemplateSource(template), new ReplayVocabulary(new ReplayScript()), TimeProvider.System).Model!;
        return ConversationAdapter.Adapt(Request, model);
    }
}
