using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Tests.Constraints;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>Each format's constraint against its parser: what is written is allowed, and what is allowed is parsed.</summary>
public sealed class ToolGrammarTests
{
    public static TheoryData<string> Names => FormatSamples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_required_call_is_allowed_at_once_and_nothing_else(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Required = true });
        foreach (IReadOnlyList<ChatToolCall> calls in Calls(sample))
        {
            Assert.True(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls(calls)), sample.Format.RenderCalls(calls));
        }

        Assert.False(ConstraintAssert.Accepts(grammar, ""));
        Assert.False(ConstraintAssert.Accepts(grammar, "Hello"));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("000000000", "get_time", "{}")])));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("000000000", "get_weather", "{}")])));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("000000000", "get_weather", """{"city": "a", "days": "x"}""")])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_call_only_without_parallel_calls(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Required = true, ParallelToolCalls = false });
        var call = new ChatToolCall("abcdefghi", "now", "{}");
        Assert.True(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([call])));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([call, call])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_is_free_and_a_call_is_held_from_its_opening_on(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        CompiledGrammar grammar = Compile(sample, Options(sample));
        Assert.True(ConstraintAssert.Accepts(grammar, sample.ContentOpen + "Hello, { [ <b> world"));
        Assert.True(ConstraintAssert.Accepts(grammar, sample.ContentOpen + "Hello." + sample.ContentClose + sample.Format.RenderCalls(Calls(sample)[0])));
        foreach (string written in (string[])[sample.Two, PlainNumbers(sample.Nested), sample.Empty])
        {
            Assert.True(ConstraintAssert.Accepts(grammar, written), written);
        }

        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("000000000", "get_weather", """{"city": "a", "days": "x"}""")])));
        if (!sample.OnlyAtStart)
        {
            Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("000000000", "get_time", "{}")])));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_required_call_may_be_is_parsed(string name)
    {
        FormatSample sample = FormatSamples.Get(name);

        // A walk would not find out of reasoning, which is free: the prompt has closed it. Harmony's cannot be closed, and its calls end by one.
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Required = true, PromptEnd = sample.PromptEnd + sample.Format.Reasoning.Close });
        if (name == "harmony")
        {
            Assert.True(ConstraintAssert.Accepts(grammar, sample.Two));
            return;
        }

        for (int seed = 0; seed < 6; seed++)
        {
            string text = Encoding.UTF8.GetString(ConstraintAssert.Walk(grammar, seed));
            RecordingSink sink = sample.Parse(text, () => int.MaxValue);
            Assert.True(sink.Content.Length == 0, $"content '{sink.Content}' of: {text}");
            Assert.Equal("", sink.Reasoning);
            Assert.NotEmpty(sink.Calls);
            Assert.All(sink.Calls, AssertHoldsSchema);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reasoning_may_come_before_a_required_call(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string call = sample.Format.RenderCalls([new ChatToolCall("abcdefghi", "now", "{}")]);
        string prompt = (name == "harmony" ? sample.PromptEnd : "") + sample.Think.Open;
        CompiledGrammar open = Compile(sample, Options(sample) with { Required = true, PromptEnd = prompt });
        Assert.True(ConstraintAssert.Accepts(open, "Hmm." + sample.Think.Close + call), sample.Think.Close + call);
        Assert.False(ConstraintAssert.Accepts(open, "Hmm."));
        if (sample.Format.Reasoning.IsInTemplate)
        {
            CompiledGrammar may = Compile(sample, Options(sample) with { Required = true });
            Assert.True(ConstraintAssert.Accepts(may, sample.Think.Open + "Hmm." + sample.Think.Close + call));
            Assert.True(ConstraintAssert.Accepts(may, call));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_answer_with_a_format_is_that_or_a_call(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        GrammarNode answer = GrammarNode.Literals(["{\"a\": 1}", "{\"a\": 2}"]);
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Answer = answer });
        string content = sample.ContentOpen + "{\"a\": 2}" + (sample.Format is BlockFormat block ? block.Syntax.ContentMarks.Close : "<|return|>");
        Assert.True(ConstraintAssert.Accepts(grammar, content));
        Assert.True(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("abcdefghi", "now", "{}")])));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.ContentOpen + "Hello"));
        Assert.Equal("{\"a\": 2}", sample.Parse(content, () => int.MaxValue).Content);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Marks_that_are_control_tokens_are_written_as_tokens(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        var vocabulary = new MarkerVocabulary(sample.Format.PreservedMarkers);
        MarkerTokens markers = MarkerTokens.Resolve(vocabulary, sample.Format.PreservedMarkers);
        Assert.Equal(sample.Format.PreservedMarkers.Distinct().Count(), markers.ControlMarkers.Count);
        foreach (bool required in (bool[])[true, false])
        {
            ToolGrammarOptions options = Options(sample) with { Required = required, Markers = markers };
            CompiledGrammar grammar = ConstraintAssert.Compile(sample.Format.CreateGrammar(options).Root!, new(vocabulary));
            foreach (IReadOnlyList<ChatToolCall> calls in Calls(sample))
            {
                int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(sample.Format.RenderCalls(calls)), addSpecial: false, parseSpecial: true);
                Inference.Sampling.ITokenConstraint constraint = grammar.Create();
                Assert.All(tokens, token => Assert.True(constraint.Accept(token), $"token {token} in {sample.Format.RenderCalls(calls)}"));
                Assert.True(constraint.Allows(vocabulary.End));
                byte[] text = [.. tokens.SelectMany(token => markers.Texts.TryGetValue(token, out byte[]? mark) ? mark : vocabulary.GetBytes(token).ToArray())];
                Assert.Equal(calls.Count, sample.Parse(Encoding.UTF8.GetString(text), () => 3).Calls.Count);
            }
        }
    }

    [Theory]
    [InlineData("llama-3", """<|python_tag|>get_weather.call(city="a", days=2)""", true)]
    [InlineData("llama-3", """Look: <|python_tag|>{"name": "get_weather", "parameters": {"city": "a"}}""", true)]
    [InlineData("llama-3", """<|python_tag|>get_weather.call(days=2)""", false)]
    [InlineData("llama-3", """<|python_tag|>{"name": "get_weather", "parameters": {"town": "a"}}""", false)]
    [InlineData("lfm2", "<|tool_call_start|>[get_weather(city='it\\'s \"a\"', opts={'a': [1, 'x', None]})]<|tool_call_end|>", true)]
    [InlineData("lfm2", "<|tool_call_start|>[get_weather(city='a', days='b')]<|tool_call_end|>", false)]
    [InlineData("command-r-plus", "Action: ```json\n[\n    {\n        \"tool_name\": \"get_weather\",\n        \"parameters\": {\n            \"city\": \"a b\",\n            \"days\": 3\n        }\n    }\n]\n```", true)]
    [InlineData("command-r-plus", "Action: ```json\n[\n    {\n        \"tool_name\": \"get_weather\",\n        \"parameters\": {\n            \"city\": 1\n", false)]
    [InlineData("hermes", "<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"a\"}}</tool_call>", true)]
    [InlineData("hermes", "<tool_call>\n{\n  \"name\": \"get_weather\", \"arguments\": {\"city\": \"a\"}\n}\n\n</tool_call>", true)]
    public void A_call_of_the_models_own_is_held_in_its_own_spacing(string name, string text, bool isAllowed)
    {
        FormatSample sample = FormatSamples.Get(name);
        Assert.Equal(isAllowed, ConstraintAssert.Accepts(Compile(sample, Options(sample)), text));
        if (isAllowed)
        {
            Assert.Equal("get_weather", Assert.Single(sample.Parse(text, () => 1).Calls).Name);
        }
    }

    [Fact]
    public void A_named_call_of_a_model_that_does_not_reason_is_written_without_sampling()
    {
        FormatSample sample = FormatSamples.Get("mistral-v11");
        CompiledGrammar grammar = Compile(sample with { Template = "[TOOL_CALLS] [ARGS] tools tool_calls" }, Options(sample) with { Required = true, Tools = [FormatSample.Tools[0]] });
        int[] tokens = new int[64];
        int count = grammar.Create().GetForcedTokens(tokens);
        string forced = Encoding.UTF8.GetString([.. tokens.Take(count).SelectMany(token => ConstraintAssert.Vocabulary.GetBytes(token).ToArray())]);
        Assert.StartsWith("[TOOL_CALLS]get_weather[ARGS]", forced + "{", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("minimax-m3", "minProperties", 2, "{\"a\": 1, \"c\": 1}", "{\"b\": 1}")]
    [InlineData("minimax-m3", "maxProperties", 2, "{\"b\": 1, \"c\": 1}", "{\"a\": 1, \"b\": 1, \"c\": 1}")]
    [InlineData("glm-4.5", "minProperties", 2, "{\"a\": 1, \"c\": 1}", "{\"b\": 1}")]
    [InlineData("qwen3-coder", "maxProperties", 1, "{\"b\": 1}", "{\"a\": 1, \"b\": 1}")]
    [InlineData("lfm2", "minProperties", 2, "{\"a\": 1, \"c\": 1}", "{\"b\": 1}")]
    [InlineData("lfm2", "maxProperties", 2, "{\"b\": 1, \"c\": 1}", "{\"a\": 1, \"b\": 1, \"c\": 1}")]
    [InlineData("llama-pythonic", "minProperties", 1, "{\"c\": 1}", "{}")]
    [InlineData("llama-pythonic", "maxProperties", 1, "{\"b\": 1}", "{\"a\": 1, \"b\": 1}")]
    [InlineData("gemma-4", "minProperties", 2, "{\"a\": 1, \"c\": 1}", "{\"b\": 1}")]
    [InlineData("gemma-4", "maxProperties", 2, "{\"b\": 1, \"c\": 1}", "{\"a\": 1, \"b\": 1, \"c\": 1}")]
    public void The_number_of_members_is_held_between_marks(string name, string keyword, int number, string right, string wrong)
    {
        FormatSample sample = FormatSamples.Get(name);
        using JsonDocument schema = JsonDocument.Parse($$"""
            {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 1}, "c": {"const": 1} }, "additionalProperties": false, "{{keyword}}": {{number}} }
            """);
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Required = true, ParallelToolCalls = false, Tools = [new ChatTool("f", null, schema.RootElement)] });
        Assert.True(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("abcdefghi", "f", right)])));
        Assert.False(ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("abcdefghi", "f", wrong)])));
    }

    [Theory]
    [InlineData("lfm2")]
    [InlineData("llama-pythonic")]
    [InlineData("gemma-4")]
    [InlineData("hermes")]
    public void The_number_of_members_is_held_in_literals_at_every_depth(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        using JsonDocument schema = JsonDocument.Parse("""
            {"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": {"type": "object", "minProperties": 2, "maxProperties": 3,
             "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "integer"}, "d": {"type": "integer"}}, "additionalProperties": false}}
            """);
        CompiledGrammar grammar = Compile(sample, Options(sample) with { Required = true, ParallelToolCalls = false, Tools = [new ChatTool("f", null, schema.RootElement)] });
        bool Accepts(string arguments) => ConstraintAssert.Accepts(grammar, sample.Format.RenderCalls([new ChatToolCall("abcdefghi", "f", arguments)]));
        Assert.True(Accepts("""{"x": {"a": 1, "b": 2}}"""));
        Assert.True(Accepts("""{"x": {"b": 1, "c": 2, "d": 3}, "y": {"c": 1, "d": 2}}"""));
        Assert.False(Accepts("{}"));
        Assert.False(Accepts("""{"x": {"a": 1}}"""));
        Assert.False(Accepts("""{"x": {"a": 1, "b": 2, "c": 3, "d": 4}}"""));
        Assert.False(Accepts("""{"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 2}, "z": {"a": 1, "b": 2}}"""));
        if (name is "lfm2" or "llama-pythonic")
        {
            (string open, string close) = name == "lfm2" ? ("<|tool_call_start|>", "<|tool_call_end|>") : ("", "");
            Assert.True(ConstraintAssert.Accepts(grammar, open + "[f(x={'a': 1, 'b': 2})]" + close));
            Assert.False(ConstraintAssert.Accepts(grammar, open + "[f(x={'a': 1})]" + close));
        }
    }

    [Fact]
    public void A_schema_that_fails_is_the_failure_of_the_grammar()
    {
        FormatSample sample = FormatSamples.Get("hermes");
        ToolGrammarResult result = sample.Format.CreateGrammar(Options(sample) with
        {
            Schema = (_, _) => new GrammarBuildResult(null, new Inference.EngineFailure(Inference.EngineFailureCode.InvalidSchema, "no", "tools")),
        });
        Assert.Equal("no", result.Failure?.Message);
        Assert.Null(result.Root);
    }

    [Fact]
    public void Without_tools_and_format_nothing_is_enforced() =>
        Assert.Equal(new ToolGrammarResult(null, null), FormatSamples.Get("hermes").Format.CreateGrammar(Options(FormatSamples.Get("hermes")) with { Tools = [] }));

    private static ToolGrammarOptions Options(FormatSample sample) => new()
    {
        Tools = FormatSample.Tools,
        PromptEnd = sample.PromptEnd,
        Markers = MarkerTokens.None,
        Schema = (_, schema) => new JsonGrammarBuilder().Build(new OutputFormat(OutputFormatKind.JsonSchema, "tools") { Schema = schema }, new ConstraintLimits()),
    };

    private static CompiledGrammar Compile(FormatSample sample, ToolGrammarOptions options)
    {
        ToolGrammarResult result = sample.Format.CreateGrammar(options);
        Assert.Null(result.Failure);
        return ConstraintAssert.Compile(result.Root!);
    }

    private static IReadOnlyList<IReadOnlyList<ChatToolCall>> Calls(FormatSample sample)
    {
        // An element's closing tag cannot be held to a free name: a call that must come has no element where names are free.
        string nested = PlainNumbers(FormatSample.NestedArguments);
        nested = sample.Name == "minimax-m3" ? nested[..nested.IndexOf("\"meta\"", StringComparison.Ordinal)] + "\"meta\": {}}" : nested;
        List<ChatToolCall> calls =
        [
            new("abcdefghi", "get_weather", FormatSample.TwoArguments[1]), new("abcdefghj", "write_file", nested), new("abcdefghk", "now", "{}"),
        ];
        return sample.Single ? [[calls[0]], [calls[1]], [calls[2]]] : [calls, [calls[2]]];
    }

    // The schema compiler writes numbers without exponents.
    private static string PlainNumbers(string json) => json.Replace("-1.5e3", "-1.5", StringComparison.Ordinal);

    private static void AssertHoldsSchema((string Id, string Name, string Arguments) call)
    {
        using JsonDocument document = JsonDocument.Parse(call.Arguments);
        JsonElement root = document.RootElement;
        switch (call.Name)
        {
            case "get_weather":
                Assert.Equal(JsonValueKind.String, root.GetProperty("city").ValueKind);
                Assert.True(!root.TryGetProperty("days", out JsonElement days) || days.ValueKind == JsonValueKind.Number);
                Assert.True(!root.TryGetProperty("flag", out JsonElement flag) || flag.ValueKind is JsonValueKind.True or JsonValueKind.False);
                break;
            case "write_file":
                Assert.Equal(JsonValueKind.String, root.GetProperty("text").ValueKind);
                Assert.True(!root.TryGetProperty("meta", out JsonElement meta) || meta.ValueKind == JsonValueKind.Object);
                break;
            default:
                Assert.Equal("{}", call.Arguments);
                break;
        }
    }
}
