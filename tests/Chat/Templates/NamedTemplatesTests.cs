using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Tests.Native;

namespace MistralServe.Tests.Chat.Templates;

[Collection("native")]
public sealed class NamedTemplatesTests
{
    [Fact]
    public void Named_templates_render_as_llama_cpps_formats_of_those_names()
    {
        LlamaReference.LoadLibraries();
        (string Role, string Content)[][] conversations =
        [
            [("user", "Hello 👋")],
            [("system", "Be 'brief' \\n."), ("user", "a\nb")],
            [("system", " S "), ("user", " U "), ("assistant", " A\n"), ("user", "V"), ("assistant", "B"), ("user", "W")],
        ];
        Assert.NotEmpty(NamedTemplates.Names);
        foreach (string name in NamedTemplates.Names)
        {
            (ChatTemplate? template, TemplateProblem? problem) = ChatTemplate.Parse(NamedTemplates.Find(name)!);
            Assert.True(problem is null, $"{name}: {problem}");
            var renderer = new ConversationRenderer(template!, "<s>", "</s>", TimeProvider.System);
            foreach ((string Role, string Content)[] conversation in conversations)
            {
                string expected = Encoding.UTF8.GetString(BuiltInChatFormats.Render(name, conversation, addGenerationPrompt: true)!);
                var request = new ChatGeneration { Messages = [.. conversation.Select(message => new ChatMessage(message.Role, message.Content))] };
                Assert.Equal((name, expected), (name, renderer.Render(request).Prompt?.Text));
            }
        }
    }

    [Fact]
    public void An_unknown_name_has_no_template() => Assert.Null(NamedTemplates.Find("chatml2"));
}
