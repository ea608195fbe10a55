using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.Templates;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

public sealed class BuiltInTemplateTests
{
    private static readonly ChatGeneration Request = new()
    {
        Messages = [new("system", "S"), new("user", "U"), new("assistant", "A"), new("user", "V")],
    };

    [Theory]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("gemma", "<start_of_turn>user\nS\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n")]
    [InlineData("mistral-v7", "[SYSTEM_PROMPT] S[/SYSTEM_PROMPT][INST] U[/INST] A</s>[INST] V[/INST]")]
    [InlineData("deepseek3", "S\n\n<｜User｜>U<｜Assistant｜>A<｜end▁of▁sentence｜><｜User｜>V<｜Assistant｜>")]
    public void A_name_gives_its_template(string name, string expected) => Assert.Equal(expected, Render(name));

    [Fact]
    public void Every_name_renders_every_message()
    {
        foreach (string name in BuiltInTemplates.Names)
        {
            string text = Render(name);
            Assert.All((string[])["S", "U", "A", "V"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        }
    }

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
    }

    private static string Render(string name)
    {
        var source = new ChatTemplateSource(BuiltInTemplates.Find(name)!);
        ChatModel model = ChatModel.Create(source, new ReplayVocabulary(new ReplayScript()), TimeProvider.System).Model!;
        (RenderedPrompt? prompt, Inference.EngineFailure? failure) = model.Render(Request);
        Assert.Null(failure);
        return prompt!.Text;
    }
}
