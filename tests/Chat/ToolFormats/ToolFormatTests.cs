using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.ToolFormats;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>Each format's parser over the texts of its sample.</summary>
public sealed class ToolFormatTests
{
    public static TheoryData<string> Names => FormatSamples.Names;

    [Fact]
    public void Every_format_has_a_sample() =>
        Assert.Equal(
            ToolFormatRegistry.All.Select(format => format.Name).Order(StringComparer.Ordinal),
            FormatSamples.All.Select(sample => sample.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void A_model_without_a_template_gets_the_generic_format()
    {
        IToolFormat format = ToolFormatRegistry.Recognise(null);
        Assert.Equal(("generic", false, false), (format.Name, format.TemplateDescribesTools, format.TemplateRendersCalls));
    }

    [Theory]
    [InlineData("]<]minimax[>[ <tool_call> tools tool_calls <mm:think>", "minimax-m3", "<mm:think>", true, true)]
    [InlineData("tools <|tool_list_start|> 'tool'", "lfm2", "<think>", true, false)]
    [InlineData("[TOOL_CALLS] [ARGS] tools tool_calls", "mistral-v11", "<think>", true, true)]
    [InlineData("<|im_start|> reasoning_content", "generic", "<think>", false, false)]
    public void What_a_template_can_do_is_seen(string template, string name, string think, bool describesTools, bool rendersCalls)
    {
        IToolFormat format = ToolFormatRegistry.Recognise(template);
        Assert.Equal((name, think, describesTools, rendersCalls), (format.Name, format.Reasoning.Open, format.TemplateDescribesTools, format.TemplateRendersCalls));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_format_is_recognised_by_its_template(string name) => Assert.Equal(name, FormatSamples.Get(name).Format.Name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_calls_are_two_calls(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Two);
        Assert.Equal(("", ""), (sink.Content, sink.Reasoning));
        AssertWeather(sample, sink);
        for (int i = 0; i < sink.Calls.Count; i++)
        {
            Assert.True(sample.Ids[i].Length > 0 ? sink.Calls[i].Id == sample.Ids[i] : sink.Calls[i].Id.StartsWith("call_", StringComparison.Ordinal), sink.Calls[i].Id);
            if (sample.Two.Contains(FormatSample.TwoArguments[i], StringComparison.Ordinal))
            {
                Assert.Equal(FormatSample.TwoArguments[i], sink.Calls[i].Arguments);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Braces_quotes_line_ends_and_unicode_in_strings_survive(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Nested);
        Assert.Equal(("", "write_file"), (sink.Content, Assert.Single(sink.Calls).Name));
        AssertJson(FormatSample.NestedArguments, sink.Calls[0].Arguments);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_without_arguments_has_an_empty_object(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Empty);
        Assert.Equal(("", "now", "{}"), (sink.Content, Assert.Single(sink.Calls).Name, sink.Calls[0].Arguments));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_before_and_behind_calls_is_content(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, BeforeAndBehind(sample));
        if (sample.OnlyAtStart)
        {
            Assert.Empty(sink.Calls);
            Assert.Equal(BeforeAndBehind(sample), sink.Content);
            sink = Parse(sample, sample.Two + "\nDone.");
            Assert.Equal("Done.", sink.Content);
        }
        else
        {
            Assert.Equal("Let me look.Done.", sink.Content);
        }

        AssertWeather(sample, sink);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reasoning_before_a_call_is_told_apart(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Think.Open + "Hmm.\n\nYes!" + sample.Think.Close + sample.Two);
        Assert.Equal(("Hmm.\n\nYes!", ""), (sink.Reasoning, sink.Content));
        AssertWeather(sample, sink);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_prompt_that_opens_the_reasoning_makes_the_answer_begin_in_it(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string prompt = (name == "harmony" ? sample.PromptEnd : "<|im_start|>assistant\n") + sample.Think.Open;
        RecordingSink sink = Parse(sample, "Hmm." + sample.Think.Close + sample.ContentOpen + "Yes.", Options(sample) with { PromptEnd = prompt });
        Assert.Equal(("Hmm.", "Yes."), (sink.Reasoning, sink.Content));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_inside_reasoning_is_reasoning_unless_the_model_calls_there(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Think.Open + "Maybe " + sample.Empty + sample.Think.Close + sample.ContentOpen + "Yes.");
        if (sample.CallsEndReasoning)
        {
            Assert.Equal(("Maybe", "now", "Yes."), (sink.Reasoning, Assert.Single(sink.Calls).Name, sink.Content));
            AssertCutsDoNotMatter(sample, sample.Think.Open + "Maybe " + sample.Empty + sample.Think.Close + sample.ContentOpen + "Yes.");
        }
        else if (name is not ("harmony" or "muse-glimmer"))
        {
            // Those two end every message by the mark that ends reasoning.
            Assert.Equal(($"Maybe {sample.Empty}", "Yes."), (sink.Reasoning, sink.Content));
            Assert.Empty(sink.Calls);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_of_a_tool_that_is_not_declared_is_content(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Two.Replace("get_weather", "get_time", StringComparison.Ordinal));
        Assert.Empty(sink.Calls);
        Assert.Contains(name == "harmony" ? "Paris" : "get_time", sink.Content, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_parallel_calls_the_second_is_content(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Two, Options(sample) with { ParallelToolCalls = false });
        AssertJson(FormatSample.TwoArguments[0], Assert.Single(sink.Calls).Arguments);
        Assert.Equal(!sample.Single, sink.Content.Contains("Zürich", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_tools_nothing_is_a_call(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = Parse(sample, sample.Two, Options(sample) with { Tools = [] });
        Assert.Empty(sink.Calls);
        Assert.Contains("Paris", sink.Content, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_in_arguments_comes_piece_by_piece(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        RecordingSink sink = sample.Parse(sample.Nested, () => 1);
        bool isTranslated = name is "gemma-4" or "lfm2" or "llama-pythonic";
        Assert.InRange(sink.ArgumentPieces, isTranslated ? 3 : 20, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Where_the_text_is_cut_does_not_matter(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string thought = sample.Think.Open + "Hmm." + sample.Think.Close;
        string[] texts =
        [
            sample.Two, sample.Nested, sample.Empty, BeforeAndBehind(sample), thought + sample.Two, thought + sample.ContentOpen + "Ja, schön! 日本", "\n \n" + sample.Two + "\n\n",
            sample.Two[1..], sample.Two.Replace("get_weather", "get_time", StringComparison.Ordinal), sample.Two.Replace("Paris", "Par\"}]<is", StringComparison.Ordinal), "<tool", "{\"a\": 1}", "",
        ];
        foreach (string text in texts)
        {
            AssertCutsDoNotMatter(sample, text);
        }

        for (int length = 1; length < sample.Two.Length; length++)
        {
            AssertCutsDoNotMatter(sample, sample.Two[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Broken_text_never_throws_and_is_not_lost(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        var random = new Random(name.Length);
        string source = BeforeAndBehind(sample) + sample.Nested;
        for (int i = 0; i < 150; i++)
        {
            char[] text = source.ToCharArray();
            for (int change = 0; change < 1 + (i % 4); change++)
            {
                text[random.Next(text.Length)] = "{}[]<>\"'\\,:=| \nx"[random.Next(16)];
            }

            AssertCutsDoNotMatter(sample, new string(text));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Written_calls_are_read_again(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        IToolFormat format = sample.Format;
        List<ChatToolCall> calls =
        [
            new(format.ToTemplateId("call_1"), "get_weather", FormatSample.TwoArguments[1]),
            new(format.ToTemplateId("call_2"), "write_file", FormatSample.NestedArguments),
            new(format.ToTemplateId("call_3"), "now", "{}"),
        ];
        foreach (IReadOnlyList<ChatToolCall> written in sample.Single ? [[calls[0]], [calls[1]], [calls[2]]] : (IReadOnlyList<ChatToolCall>[])[calls])
        {
            RecordingSink sink = Parse(sample, format.RenderCalls(written));
            Assert.Equal(written.Select(call => call.Name), sink.Calls.Select(call => call.Name));
            Assert.All(written.Zip(sink.Calls), pair => AssertJson(pair.First.Arguments, pair.Second.Arguments));
            Assert.Equal("", sink.Content);
        }
    }

    [Theory]
    [InlineData("mistral-v3")]
    [InlineData("mistral-v7")]
    [InlineData("mistral-v11")]
    public void Mistral_gets_ids_of_nine_characters(string name)
    {
        IToolFormat format = FormatSamples.Get(name).Format;
        string id = format.ToTemplateId("call_0123456789abcdef");
        Assert.Matches("^[0-9a-zA-Z]{9}$", id);
        Assert.Equal(id, format.ToTemplateId("call_0123456789abcdef"));
        Assert.Equal(id, format.ToTemplateId(id));
        Assert.NotEqual(id, format.ToTemplateId("call_0123456789abcdee"));
    }

    [Fact]
    public void The_generic_format_tells_of_tools()
    {
        string text = ToolFormatRegistry.Recognise(null).DescribeTools(FormatSample.Tools, new ToolChoice(ToolChoiceMode.Required), parallelToolCalls: true);
        Assert.Contains("\"name\": \"get_weather\"", text, StringComparison.Ordinal);
        Assert.Contains("\"additionalProperties\": false", text, StringComparison.Ordinal);
        Assert.Contains("{\"name\": \"tool-name\", \"arguments\": {\"argument-name\": \"value\"}}", text, StringComparison.Ordinal);
        Assert.Contains("must call", text, StringComparison.Ordinal);
    }

    private static ToolParseOptions Options(FormatSample sample) => new() { Tools = FormatSample.Tools, PromptEnd = sample.PromptEnd };

    private static string BeforeAndBehind(FormatSample sample) =>
        sample.ContentOpen + "Let me look." + sample.ContentClose + sample.Two + sample.ContentOpen + "Done.";

    private static RecordingSink Parse(FormatSample sample, string text, ToolParseOptions? options = null) => sample.Parse(text, () => int.MaxValue, options);

    private static void AssertCutsDoNotMatter(FormatSample sample, string text)
    {
        string whole = Parse(sample, text).Summary;
        Assert.Equal(whole, sample.Parse(text, () => 1).Summary);
        var random = new Random(text.Length);
        Assert.Equal(whole, sample.Parse(text, () => random.Next(1, 12)).Summary);
    }

    private static void AssertWeather(FormatSample sample, RecordingSink sink)
    {
        Assert.Equal(sample.Single ? 1 : 2, sink.Calls.Count);
        for (int i = 0; i < sink.Calls.Count; i++)
        {
            Assert.Equal("get_weather", sink.Calls[i].Name);
            AssertJson(FormatSample.TwoArguments[i], sink.Calls[i].Arguments);
        }
    }

    private static void AssertJson(string expected, string actual)
    {
        using JsonDocument left = JsonDocument.Parse(expected);
        using JsonDocument right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"expected {expected}, got {actual}");
    }
}
