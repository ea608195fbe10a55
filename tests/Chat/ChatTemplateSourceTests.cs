using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;

namespace MistralServe.Tests.Chat;

public sealed class ChatTemplateSourceTests
{
    [Fact]
    public void A_name_gives_its_template() => Assert.Equal(NamedTemplates.Find("gemma"), ChatTemplateSource.Resolve("model", "gemma").Source!.Text);

    [Fact]
    public void Neither_name_nor_file_is_a_sentence_with_the_names()
    {
        (ChatTemplateSource? source, string? problem) = ChatTemplateSource.Resolve("model", "absent.jinja");
        Assert.Null(source);
        Assert.Contains("absent.jinja", problem, StringComparison.Ordinal);
        Assert.Contains("chatml", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_template_is_a_sentence_with_the_line()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "a\n{{ b");
            Assert.Contains("line 2", ChatTemplateSource.Resolve(null, path).Problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Without_option_the_models_own_is_taken_unread()
    {
        Assert.Equal("{% wrong", ChatTemplateSource.Resolve("{% wrong", null).Source!.Text);
        Assert.Equal((null, null), ChatTemplateSource.Resolve(null, null));
        Assert.Equal("tools", ChatTemplateSource.Resolve("model", null, "tools").Source!.ToolText);
        Assert.Null(ChatTemplateSource.Resolve("model", "gemma", "tools").Source!.ToolText);
    }
}
