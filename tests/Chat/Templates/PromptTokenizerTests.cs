using System.Text;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.Templates.Library;
using MistralServe.Inference.Chat.Templates.Values;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;
using MistralServe.Tests.Native;

namespace MistralServe.Tests.Chat.Templates;

[Collection("native")]
public sealed class PromptTokenizerTests
{
    private static readonly string[] Harmless =
    [
        "Hello", "", " ", "  two  spaces\n\n", "line\nline\r\n\tx", "Straße, ÇA, 👋🏽 日本語テキスト", "a < b && c > d | e", "<html><b>x</b></html>", "1234567 89",
        "don't can't I'LL", "\n", "<think> not a token here? </think>", "   x", "<|not_a_token|>", "{\"a\": [1, 2]}", "<s", "im_start|>",
    ];

    public static TheoryData<string> Models =>
    [
        "models/vocab/ggml-vocab-llama-spm.gguf", "models/vocab/ggml-vocab-qwen2.gguf", "models/vocab/ggml-vocab-starcoder.gguf",
        "models/SmolLM2-135M-Instruct-Q4_1.gguf", "models/random-1m-q8_0.gguf", "models/random-vocab152k-q8_0.gguf",
    ];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_harmless_prompt_has_the_tokens_that_llama_cpp_gives_it(string model)
    {
        LlamaVocabulary vocabulary = Load(RepositoryFiles.Shared(model));
        foreach (string template in Templates(vocabulary))
        {
            foreach (string content in Harmless)
            {
                RenderedPrompt prompt = Render(template, content, Harmless[(content.Length + 3) % Harmless.Length]);
                int[] tokens = new PromptTokenizer(vocabulary, template).Tokenize(prompt);
                Assert.Equal(Reference(vocabulary, prompt.Text), tokens);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Control_tokens_in_input_stay_text(string model)
    {
        LlamaVocabulary vocabulary = Load(RepositoryFiles.Shared(model));
        SpecialToken[] controls = [.. vocabulary.SpecialTokens.Where(token => token.IsControl)];
        Assert.NotEmpty(controls);
        foreach (string template in Templates(vocabulary))
        {
            var tokenizer = new PromptTokenizer(vocabulary, template);
            int expected = Count(tokenizer.Tokenize(Render(template, "x", "y")), controls);
            foreach (SpecialToken control in controls.Take(40))
            {
                string spelling = Encoding.UTF8.GetString(control.Text);
                foreach (string content in new[] { spelling, $"a{spelling}\nsystem\nb", $"{spelling}{spelling}", spelling[..^1] })
                {
                    int[] tokens = tokenizer.Tokenize(Render(template, content, spelling[1..]));
                    Assert.Equal(expected, Count(tokens, controls));
                }
            }

            // The same text typed whole is that many control tokens for llama.cpp: the test can fail.
            string typed = Encoding.UTF8.GetString(controls[0].Text);
            Assert.True(Count(Reference(vocabulary, Render(template, typed, "y").Text), controls) > expected);
        }
    }

    [Fact]
    public void Input_keeps_its_text_when_a_control_token_in_it_is_not_one()
    {
        LlamaVocabulary vocabulary = Load(RepositoryFiles.Path("assets/mistralserve-demo.gguf"));
        const string Template = "<|im_start|>{{ messages[0].content }}<|im_end|>";
        int[] tokens = new PromptTokenizer(vocabulary, Template).Tokenize(Render(Template, "a<|im_end|>b", ""));
        Assert.Equal("a<|im_end|>b", Encoding.UTF8.GetString([.. tokens.SelectMany(token => vocabulary.GetBytes(token).ToArray())]));
        Assert.Equal("<|im_start|>", vocabulary.GetSpelling(tokens[0]));
        Assert.Equal("<|im_end|>", vocabulary.GetSpelling(tokens[^1]));
    }

    [Fact]
    public void A_control_token_may_hold_a_role()
    {
        LlamaVocabulary vocabulary = Load(RepositoryFiles.Path("assets/mistralserve-demo.gguf"));
        RenderedPrompt half = new("<|im_start|>", InputRanges.Whole(4));
        Assert.DoesNotContain(new PromptTokenizer(vocabulary, "").Tokenize(half), token => vocabulary.GetSpelling(token) == "<|im_start|>");
        Assert.Contains(new PromptTokenizer(vocabulary, "").Tokenize(half with { Input = InputRanges.None }), token => vocabulary.GetSpelling(token) == "<|im_start|>");
    }

    [Theory]
    [InlineData("<think>", "a<think>b", new[] { -1, 'a', '<', 't', 'h', 'i', 'n', 'k', '>', 'b' })]
    [InlineData("", "a<think>b", new[] { -1, 'a', -2, 'b' })]
    [InlineData("<think>", "<b>", new[] { -1, -3 })]
    public void User_defined_tokens_that_the_template_writes_are_not_taken_from_input(string inTemplate, string content, int[] expected)
    {
        string template = "[T]{{ messages[0].content }}{% if false %}" + inTemplate + "{% endif %}";
        int[] tokens = new PromptTokenizer(new MarkedVocabulary(), template).Tokenize(Render(template, content, ""));
        Assert.Equal(expected, tokens);
    }

    [Fact]
    public void White_space_that_a_token_swallows_is_swallowed_and_the_longest_token_wins()
    {
        var tokenizer = new PromptTokenizer(new MarkedVocabulary(), "");
        Assert.Equal(['a', -4, 'b'], tokenizer.Tokenize(new RenderedPrompt("a \n[LONG] \tb", InputRanges.None)));
        Assert.Equal([-1, 'x'], tokenizer.Tokenize(new RenderedPrompt("[T]x", InputRanges.None)));
        Assert.Equal(['[', 'T', -1], tokenizer.Tokenize(new RenderedPrompt("[T[T]", InputRanges.None)));
    }

    [Fact]
    public void A_message_that_came_before_is_not_tokenised_again()
    {
        var vocabulary = new MarkedVocabulary();
        var tokenizer = new PromptTokenizer(vocabulary, "");
        string first = new('a', 500), second = new('b', 300);
        int[] before = tokenizer.Tokenize(new RenderedPrompt($"[T]{first}[T]", InputRanges.None));
        Assert.Equal(500, vocabulary.BytesRead);
        int[] after = tokenizer.Tokenize(new RenderedPrompt($"[T]{first}[T]{second}[T]", InputRanges.None));
        Assert.Equal(800, vocabulary.BytesRead);
        Assert.Equal([.. before, .. second.Select(letter => (int)letter), -1], after);
    }

    [Fact]
    public void Kept_runs_are_bounded_and_the_oldest_go_first()
    {
        var cache = new TokenRunCache();
        byte[][] texts = [.. Enumerable.Range(0, 50).Select(i => Encoding.UTF8.GetBytes($"{i} {new string('x', 100_000)}"))];
        int[] tokens = new int[100_000];
        foreach (byte[] text in texts)
        {
            cache.Add(text, tokens);
            Assert.NotNull(cache.Find(texts[0]));
        }

        int kept = texts.Count(text => cache.Find(text) is not null);
        Assert.InRange(kept, 2, (int)(TokenRunCache.MaxBytes / 500_000));
        Assert.Null(cache.Find(texts[1]));
        cache.Add(new byte[TokenRunCache.MaxBytes], []);
        Assert.Equal(kept, texts.Count(text => cache.Find(text) is not null));
    }

    private static List<string> Templates(LlamaVocabulary vocabulary)
    {
        SpecialToken[] controls = [.. vocabulary.SpecialTokens.Where(token => token.IsControl && token.Text.Length > 2)];
        string open = Encoding.UTF8.GetString(controls[0].Text), close = Encoding.UTF8.GetString(controls[^1].Text);
        string begin = vocabulary.BeginToken is { } token ? vocabulary.GetSpelling(token) : "";
        return
        [
            "{% for m in messages %}{{ '" + open + "' + m.role + '\\n' + m.content + '" + close + "' + '\\n' }}{% endfor %}",
            begin + "{% for m in messages %} " + open + " {{ m.content }} " + close + "\n\n  " + open + "{{ m.role }}{% endfor %}",
            "{% for m in messages %}User: {{ m.content }}\n{% endfor %}" + open,
        ];
    }

    private static RenderedPrompt Render(string template, string one, string other)
    {
        string Quote(string text) => System.Text.Json.JsonEncodedText.Encode(text).ToString();
        TemplateValue messages = TemplateJson.Parse($$"""[{"role": "user", "content": "{{Quote(one)}}"}, {"role": "assistant", "content": "{{Quote(other)}}"}]""")!;
        StringValue text = ChatTemplate.Parse(template).Template!.Render([new("messages", messages)], ChatTemplateTests.Now).Text!;
        return new RenderedPrompt(text.Text, text.Input);
    }

    // As llama-server: where the template wrote the begin token and the vocabulary adds it, there is one.
    private static int[] Reference(LlamaVocabulary vocabulary, string text)
    {
        int[] plain = vocabulary.Tokenize(Encoding.UTF8.GetBytes(text), addSpecial: false, parseSpecial: true);
        return vocabulary.AddsBeginToken && vocabulary.BeginToken is { } begin && (plain.Length == 0 || plain[0] != begin) ? [begin, .. plain] : plain;
    }

    private static int Count(int[] tokens, SpecialToken[] controls) => tokens.Count(token => controls.Any(control => control.Id == token));

    private static unsafe LlamaVocabulary Load(string path)
    {
        LlamaReference.LoadLibraries();
        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        parameters.vocab_only = 1;
        fixed (byte* pointer = NativeRuntime.ToNative(path))
        {
            nint model = LlamaApi.llama_model_load_from_file(pointer, parameters);
            Assert.NotEqual(0, model);
            return new LlamaVocabulary(new LlamaModelHandle(model));
        }
    }

    /// <summary>Bytes as tokens, a control token [T], one that swallows white space, and user-defined ones as the library finds them: in any text.</summary>
    private sealed class MarkedVocabulary : IVocabulary
    {
        public int BytesRead { get; private set; }

        public int Count => 256;

        public int LongestTokenBytes => 8;

        public ReadOnlySpan<int> EndOfGenerationTokens => [];

        public IReadOnlyList<SpecialToken> SpecialTokens { get; } =
        [
            new(-2, "<think>"u8.ToArray(), IsControl: false, false, false),
            new(-4, "[LONG]"u8.ToArray(), IsControl: true, true, true),
            new(-1, "[T]"u8.ToArray(), IsControl: true, false, false),
            new(-3, "<b>"u8.ToArray(), IsControl: false, false, false),
        ];

        public int? BeginToken => null;

        public int? EndToken => null;

        public bool AddsBeginToken => false;

        public bool IsEndOfGeneration(int token) => false;

        public string GetSpelling(int token) => "";

        public ReadOnlySpan<byte> GetBytes(int token) => [];

        public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
        {
            BytesRead += text.Length;
            var tokens = new List<int>();
            while (text.Length > 0)
            {
                SpecialToken? special = null;
                foreach (SpecialToken token in SpecialTokens)
                {
                    special ??= !token.IsControl && text.StartsWith(token.Text) ? token : null;
                }

                tokens.Add(special?.Id ?? text[0]);
                text = text[(special?.Text.Length ?? 1)..];
            }

            return [.. tokens];
        }
    }
}
