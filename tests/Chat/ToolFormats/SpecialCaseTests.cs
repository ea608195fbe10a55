using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.ToolFormats;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>What models write beside the form that their templates render.</summary>
public sealed class SpecialCaseTests
{
    private const string City = """{"city": "a"}""";

    [Theory]
    [InlineData("generic", """{"answer": 42}""", """reasoning<> content<{"answer": 42}> """)]
    [InlineData("generic", """{"name": "Bob", "age": 3}""", """reasoning<> content<{"name": "Bob", "age": 3}> """)]
    [InlineData("generic", """{"name": "now"}""", "reasoning<> content<> now#({})")]
    [InlineData("generic", """ {"arguments": {"city": "a"}, "name": "get_weather"}""", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("generic", """{"name": "get_weather", "arguments": "{\"city\": \"a\"}"}""", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("generic", """{"name": "now", "arguments": null}""", "reasoning<> content<> now#({})")]
    [InlineData("generic", """{"name": "get_weather", "arguments": {"city": "a""", """reasoning<> content<> get_weather#({"city": "a)""")]
    [InlineData("generic", """{"name": "get_weath""", """reasoning<> content<{"name": "get_weath> """)]
    [InlineData("generic", "[1, 2]", "reasoning<> content<[1, 2]> ")]
    [InlineData("llama-3", """<|python_tag|>{"name": "get_weather", "parameters": {"city": "a"}}""", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("llama-3", """{"type":"function","name":"get_weather","parameters":{"city":"a"}}""", """reasoning<> content<> get_weather#({"city":"a"})""")]
    [InlineData("llama-3", """<|python_tag|>get_weather.call(city="a", days=2)""", """reasoning<> content<> get_weather#({"city": "a", "days": 2})""")]
    [InlineData("llama-3", """Let me look. <|python_tag|>{"name": "get_weather", "parameters": {"city": "a"}}""", """reasoning<> content<Let me look.> get_weather#({"city": "a"})""")]
    [InlineData("llama-3", """<|python_tag|>brave_search.call(query="a")""", """reasoning<> content<<|python_tag|>brave_search.call(query="a")> """)]
    [InlineData("llama-3", "<|python_tag|>print(1)", "reasoning<> content<<|python_tag|>print(1)> ")]
    [InlineData("llama-3", "Sure. <|python_tag|>import math\nprint({\"a\": [1]}, 'b')\n", "reasoning<> content<Sure. <|python_tag|>import math\nprint({\"a\": [1]}, 'b')\n> ")]
    [InlineData("llama-3", "<|python_tag|>now.calls(", "reasoning<> content<<|python_tag|>now.calls(> ")]
    [InlineData("llama-3", "<|python_tag|>", "reasoning<> content<<|python_tag|>> ")]
    [InlineData("llama-3", "<|python_tag|>{\"a\": 1}", "reasoning<> content<<|python_tag|>{\"a\": 1}> ")]
    [InlineData("llama-3", "<|python_tag|>now.call()", "reasoning<> content<> now#({})")]
    [InlineData("llama-3", "<|python_tag|>get_weather.call(city='a", "reasoning<> content<> get_weather#({)")]
    [InlineData("llama-pythonic", "[text](https://example.org)", "reasoning<> content<[text](https://example.org)> ")]
    [InlineData("llama-pythonic", "[get_weather(city='it\\'s', days=-1, flag=None)]", """reasoning<> content<> get_weather#({"city": "it's", "days": -1, "flag": null})""")]
    [InlineData("llama-pythonic", "Look: <|python_start|>[get_weather(city='a',days=2),now()]<|python_end|>", """reasoning<> content<Look:> get_weather#({"city": "a", "days": 2}) now#({})""")]
    [InlineData("llama-pythonic", "<|python_start|>[get_weather(city='a')]", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("ling-3", "<think>Maybe.<tool_call>now</tool_call>", "reasoning<Maybe.> content<> now#({})")]
    [InlineData("ling-3", "<tool_call>get_weather<arg_key>city</arg_key><arg_value>a</arg_value></tool_call></think>\n\nDone", """reasoning<> content<Done> get_weather#({"city": "a"})""")]
    [InlineData("hermes", "a <tool_call> b", "reasoning<> content<a <tool_call> b> ")]
    [InlineData("hermes", """<tool_call>{"name": "now", "arguments": {}}""", "reasoning<> content<> now#({})")]
    [InlineData("hermes", """<tool_call>{"name": "now", "arguments": {}}</tool_""", "reasoning<> content<> now#({})")]
    [InlineData("hermes", """<tool_call>{"name": "get_weather", "arguments": {'city': 1}}</tool_call>""", "reasoning<> content<'city': 1}}</tool_call>> get_weather#({)")]
    [InlineData("hermes", "<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call><tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>", "reasoning<> content<> now#({}) now#({})")]
    [InlineData("hermes", "<think><tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call></think>ok", "reasoning<<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>> content<ok> ")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"</tool_call><tool_call>\"}}\n</tool_call>", "reasoning<> content<> get_weather#({\"city\": \"</tool_call><tool_call>\"})")]
    [InlineData("hermes", "<tool_call>\r\n\t{ \"name\" : \"get_weather\" ,\r\n \"arguments\" : {\"city\":\"Zürich 🇨🇭\"} }\r\n</tool_call>", "reasoning<> content<> get_weather#({\"city\":\"Zürich 🇨🇭\"})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": \"{\\\"city\\\": \\\"a\\\"}\"}</tool_call>", "reasoning<> content<> get_weather#({\"city\": \"a\"})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"now\"}</tool_call>", "reasoning<> content<> now#({})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"write_file\", \"arguments\": {\"meta\": {\"a\": {\"b\": {\"c\": {}}}}}}</tool_call>", "reasoning<> content<> write_file#({\"meta\": {\"a\": {\"b\": {\"c\": {}}}}})")]
    [InlineData("hermes", "<think>Hm", "reasoning<Hm> content<> ")]
    [InlineData("hermes", "</think>\n\nHi", "reasoning<> content<Hi> ")]
    [InlineData("hermes", "A <think> in text", "reasoning<> content<A <think> in text> ")]
    [InlineData("mistral-v3", """[TOOL_CALLS] [ {"name": "get_weather", "arguments": {"city": "a"}, "id": "123456789"} ]""", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("mistral-v11", """[TOOL_CALLS]get_weather[CALL_ID]123456789[ARGS]{"city": "a"}""", """reasoning<> content<> get_weather#123456789({"city": "a"})""")]
    [InlineData("kimi-k2", """<think>Hm<|tool_call_begin|>functions.now:7<|tool_call_argument_begin|><|tool_call_end|>""", "reasoning<Hm> content<> now#functions.now:7({})")]
    [InlineData("deepseek-v3.1", """<｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "a"}<｜tool▁call▁end｜>""", """reasoning<> content<> get_weather#({"city": "a"})""")]
    [InlineData("deepseek-v3.2", "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"write_file\">\n<｜DSML｜parameter name=\"text\" string=\"false\">\"a\"</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", """reasoning<> content<> write_file#({"text": "a"})""")]
    [InlineData("qwen3-coder", "<function=get_weather>\n<parameter=city>\n\n7\n\n</parameter>\n<parameter=days>\nmany\n</parameter>\n</function>", """reasoning<> content<> get_weather#({"city": "\n7\n", "days": "many"})""")]
    [InlineData("qwen3-coder", "<tool_call>\n<function=write_file>\n<parameter=text>\na</parameter>\n<parameter=meta>\n{\"k\": \"</parameter>\"}\n</parameter>\n</function>\n</tool_call>", """reasoning<> content<> write_file#({"text": "a", "meta": {"k": "</parameter>"}})""")]
    [InlineData("qwen3-coder", "<tool_call>\n<function=get_weather>\n<parameter=city>\nPar", """reasoning<> content<> get_weather#({"city": "Par)""")]
    [InlineData("functionary-3.1", """Use <function=x>, then <function=get_weather>{"city": "a"}</function> ok""", "reasoning<> content<Use <function=x>, thenok> get_weather#({\"city\": \"a\"})")]
    [InlineData("gemma-4", "<|tool_call>call:get_weather{city:<|\"|>a\"b<|\"|>}<tool_call|>", """reasoning<> content<> get_weather#({"city": "a\"b"})""")]
    [InlineData("harmony", "<|channel|>analysis<|message|>Hm<|end|><|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{\"city\": \"a\"}<|call|>", """reasoning<Hm> content<> get_weather#({"city": "a"})""")]
    [InlineData("harmony", "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.now <|constrain|>json<|message|>{}", "reasoning<> content<I look.> now#({})")]
    [InlineData("harmony", "Plain text", "reasoning<> content<Plain text> ")]
    public void A_text_is_told_as(string name, string text, string expected)
    {
        FormatSample sample = FormatSamples.Get(name);
        Assert.Equal(expected, sample.Parse(text, () => int.MaxValue).Summary);
        Assert.Equal(expected, sample.Parse(text, () => 1).Summary);
    }

    [Theory]
    [InlineData("get_weather\n" + City, "reasoning<> content<> get_weather#(" + City + ")")]
    [InlineData("all\nHi>>>get_weather\n" + City, "reasoning<> content<Hi> get_weather#(" + City + ")")]
    [InlineData("all\nHi > there >>> you", "reasoning<> content<Hi > there >>> you> ")]
    public void A_prompt_may_end_inside_the_first_mark(string text, string expected)
    {
        FormatSample sample = FormatSamples.Get("functionary-3.2");
        Assert.Equal(expected, sample.Parse(text, () => 1, Options() with { PromptEnd = "<|end_header_id|>\n\n>>>" }).Summary);
    }

    [Theory]
    [InlineData("<think>\nHm.</think>Yes", "reasoning<Hm.> content<Yes> ")]
    [InlineData("Hm. </think> \n Yes", "reasoning<Hm.> content<Yes> ")]
    [InlineData("Hm.", "reasoning<Hm.> content<> ")]
    [InlineData("</think>Yes", "reasoning<> content<Yes> ")]
    [InlineData("", "reasoning<> content<> ")]
    public void Inside_reasoning_that_the_prompt_opened(string text, string expected) =>
        Assert.Equal(expected, FormatSamples.Get("hermes").Parse(text, () => 1, Options() with { PromptEnd = "assistant\n<think>\n" }).Summary);

    [Fact]
    public void Reasoning_stays_in_the_content_when_it_is_not_split()
    {
        RecordingSink sink = FormatSamples.Get("hermes").Parse("<think>a</think>b", () => 1, Options() with { SplitReasoning = false });
        Assert.Equal(("", "<think>a</think>b"), (sink.Reasoning, sink.Content));
    }

    [Fact]
    public void An_id_that_the_model_uses_twice_is_replaced()
    {
        RecordingSink sink = FormatSamples.Get("mistral-v7").Parse("[TOOL_CALLS]now[CALL_ID]123456789[ARGS]{}[TOOL_CALLS]now[CALL_ID]123456789[ARGS]{}", () => 5);
        Assert.Equal("123456789", sink.Calls[0].Id);
        Assert.Matches("^call_[0-9a-f]{32}$", sink.Calls[1].Id);
    }

    [Theory]
    [InlineData("""{"type": ["string", "null"]}""", "null", "null")]
    [InlineData("""{"type": ["string", "null"]}""", "None", "null")]
    [InlineData("""{"type": ["string", "null"]}""", "none", "\"none\"")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "integer"}]}""", "12", "12")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "integer"}]}""", "\"12\"", "\"\\\"12\\\"\"")]
    [InlineData("""{"type": "string"}""", "12", "\"12\"")]
    [InlineData("""{"enum": ["1", "2"]}""", "1", "\"1\"")]
    [InlineData("""{"$ref": "#/$defs/d"}""", "1", "\"1\"")]
    [InlineData("""{"type": "number"}""", "1e2", "1e2")]
    [InlineData("""{"type": "boolean"}""", "False", "false")]
    [InlineData("""{"type": "array"}""", "['a', (1, None)]", """["a", [1, null]]""")]
    [InlineData("""{"type": "object"}""", "{'a': True, 'b': '\\u00e9\\n'}", """{"a": true, "b": "é\n"}""")]
    [InlineData("{}", "{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("{}", "{broken", "\"{broken\"")]
    [InlineData("{}", "", "\"\"")]
    public void A_value_between_marks_gets_the_type_that_the_schema_allows(string schema, string value, string expected)
    {
        using JsonDocument parameters = JsonDocument.Parse($$$"""{"$defs": {"d": {"type": "string"}}, "properties": {"p": {{{schema}}}}}""");
        ToolParseOptions options = Options() with { Tools = [new ChatTool("f", null, parameters.RootElement)] };
        string text = $"<tool_call>f\n<arg_key>p</arg_key>\n<arg_value>{value}</arg_value>\n</tool_call>";
        Assert.Equal($"reasoning<> content<> f#({{\"p\": {expected}}})", FormatSamples.Get("glm-4.5").Parse(text, () => 1, options).Summary);
    }

    [Fact]
    public void Deep_nesting_and_long_heads_are_text()
    {
        string deep = "{\"name\": \"now\", \"arguments\": " + new string('[', 10_000);
        Assert.Empty(FormatSamples.Get("hermes").Parse("<tool_call>{\"x\": " + new string('[', 10_000), () => 100).Calls);
        Assert.Contains("[[[", FormatSamples.Get("generic").Parse(deep, () => 100).Content, StringComparison.Ordinal);
        string literal = "[get_weather(city=" + new string('[', 10_000);
        Assert.Contains("[[[", FormatSamples.Get("llama-pythonic").Parse(literal, () => 100).Content, StringComparison.Ordinal);
    }

    private static ToolParseOptions Options() => new() { Tools = FormatSample.Tools, PromptEnd = "\n" };
}
