using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Native;

[Collection("native")]
public sealed class ChatFormatTests
{
    public ChatFormatTests() => LlamaReference.LoadLibraries();

    [Fact]
    public void The_demo_models_template_is_taken_for_chatml()
    {
        string template = ModelDescriptionReader.Read(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), null, false).Model!.ChatTemplate!;
        (ChatFormat? format, string? problem) = ChatFormat.Resolve(template, option: null);
        Assert.Null(problem);
        Assert.Equal("chatml", format!.Name);
        Assert.Equal(
            "<|im_start|>user\nHello 👋<|im_end|>\n<|im_start|>assistant\n",
            Encoding.UTF8.GetString(format.Render([new ChatMessage("user", "Hello 👋")])!));
    }

    [Fact]
    public void A_built_in_format_can_be_named() => Assert.Equal("llama3", ChatFormat.Resolve(modelTemplate: null, "llama3").Format!.Name);

    [Fact]
    public void A_template_that_no_format_matches_is_a_sentence_that_names_the_option()
    {
        (ChatFormat? format, string? problem) = ChatFormat.Resolve("no format {{ messages }}", option: null);
        Assert.Null(format);
        Assert.Contains("--chat-template", problem, StringComparison.Ordinal);
        Assert.Contains("chatml", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_sentence()
    {
        (ChatFormat? format, string? problem) = ChatFormat.Resolve(modelTemplate: null, "absent.jinja");
        Assert.Null(format);
        Assert.Contains("absent.jinja", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_template_at_all_is_neither_a_format_nor_a_problem() => Assert.Equal((null, null), ChatFormat.Resolve(modelTemplate: null, option: null));
}
