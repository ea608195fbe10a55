namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>Texts of formats with JSON or literals, by hand after what the models' templates render (llamacpp.md, section 18).</summary>
internal static class JsonSamples
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<FormatSample> Rows { get; } =
    [
        new("hermes", "tools <tool_call> tool_calls </think>")
        {
            Two = """
            <tool_call>
            {"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            </tool_call>
            <tool_call>
            {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}
            </tool_call>
            """,
            Nested = """
            <tool_call>
            {"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            </tool_call>
            """,
            Empty = """
            <tool_call>
            {"name": "now", "arguments": {}}
            </tool_call>
            """,
        },
        new("llama-3", "tools <|start_header_id|> parameters tool_calls")
        {
            Two = """
            {"name": "get_weather", "parameters": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            """,
            Nested = """
            {"type": "function", "name": "write_file", "parameters": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            """,
            Empty = """
            {"name": "now", "parameters": {}}
            """,
            OnlyAtStart = true,
            Single = true,
        },
        new("llama-4", "tools <|header_start|> parameters tool_calls")
        {
            Two = """
            {"name": "get_weather", "parameters": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}{"name": "get_weather", "parameters": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}
            """,
            Nested = """
            {"name": "write_file", "parameters": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            """,
            Empty = """
            {"name": "now", "parameters": {}}
            """,
            OnlyAtStart = true,
        },
        new("llama-pythonic", "tools [func_name1(params tool_calls")
        {
            Two = """
            [get_weather(city="Paris", days=3, opts={"a": [1, 'x']}, flag=True), get_weather(city="Zürich", days=4, opts={"a": [1, 'x']}, flag=True)]
            """,
            Nested = """
            [write_file(text="{\"a\": [1}] 'q' <b> </tool 日本\n\tend", meta={"k": {"l": "}{"}, "n": -1.5e3})]
            """,
            Empty = "[now()]",
            OnlyAtStart = true,
        },
        new("mistral-v3", "tools [TOOL_CALLS] tool_calls [THINK]")
        {
            Two = """
            [TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}, "id": "abcdefgh0"}, {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}, "id": "abcdefgh1"}]
            """,
            Nested = """
            [TOOL_CALLS][{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}, "id": "abcdefgh0"}]
            """,
            Empty = """
            [TOOL_CALLS][{"name": "now", "arguments": {}, "id": "abcdefgh0"}]
            """,
            Think = ("[THINK]", "[/THINK]"),
            ContentClose = "",
        },
        new("mistral-v7", "tools [TOOL_CALLS] [CALL_ID] [ARGS] tool_calls [THINK]")
        {
            Two = """
            [TOOL_CALLS]get_weather[CALL_ID]abcdefgh0[ARGS]{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}[TOOL_CALLS]get_weather[CALL_ID]abcdefgh1[ARGS]{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}
            """,
            Nested = """
            [TOOL_CALLS]write_file[CALL_ID]abcdefgh0[ARGS]{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}
            """,
            Empty = "[TOOL_CALLS]now[CALL_ID]abcdefgh0[ARGS]{}",
            Ids = ["abcdefgh0", "abcdefgh1"],
            Think = ("[THINK]", "[/THINK]"),
            ContentClose = "",
        },
        new("mistral-v11", "tools [TOOL_CALLS] [ARGS] tool_calls [THINK]")
        {
            Two = """
            [TOOL_CALLS]get_weather[ARGS]{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}[TOOL_CALLS]get_weather[ARGS]{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}
            """,
            Nested = """
            [TOOL_CALLS]write_file[ARGS]{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}
            """,
            Empty = "[TOOL_CALLS]now[ARGS]{}",
            Think = ("[THINK]", "[/THINK]"),
            ContentClose = "",
        },
        new("deepseek-r1", "tools <｜tool▁calls▁begin｜> ```json tool_calls </think>")
        {
            Two = """
            <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather
            ```json
            {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}
            ```<｜tool▁call▁end｜>
            <｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather
            ```json
            {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}
            ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            """,
            Nested = """
            <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>write_file
            ```json
            {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}
            ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            """,
            Empty = """
            <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>now
            ```json
            {}
            ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            """,
            ContentClose = "",
        },
        new("deepseek-v3.1", "tools <｜tool▁calls▁begin｜> tool_calls </think>")
        {
            Two = """
            <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            """,
            Nested = """
            <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>write_file<｜tool▁sep｜>{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            """,
            Empty = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            ContentClose = "",
            Think = ("<think>", "</think>"),
        },
        new("kimi-k2", "tools <|tool_calls_section_begin|> tool_calls </think>")
        {
            Two = """
            <|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}<|tool_call_end|><|tool_call_begin|>functions.get_weather:1<|tool_call_argument_begin|>{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}<|tool_call_end|><|tool_calls_section_end|>
            """,
            Nested = """
            <|tool_calls_section_begin|><|tool_call_begin|>functions.write_file:0<|tool_call_argument_begin|>{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}<|tool_call_end|><|tool_calls_section_end|>
            """,
            Empty = "<|tool_calls_section_begin|><|tool_call_begin|>functions.now:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
            Ids = ["functions.get_weather:0", "functions.get_weather:1"],
            CallsEndReasoning = true,
            ContentClose = "",
            Think = ("<think>", "</think>"),
        },
        new("command-r7b", "tools <|START_ACTION|> tool_calls <|START_THINKING|>")
        {
            Two = """
            <|START_ACTION|>[
                {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}},
                {"tool_call_id": "1", "tool_name": "get_weather", "parameters": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}
            ]<|END_ACTION|>
            """,
            Nested = """
            <|START_ACTION|>[
                {"tool_call_id": "0", "tool_name": "write_file", "parameters": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            ]<|END_ACTION|>
            """,
            Empty = """
            <|START_ACTION|>[
                {"tool_call_id": "0", "tool_name": "now", "parameters": {}}
            ]<|END_ACTION|>
            """,
            Think = ("<|START_THINKING|>", "<|END_THINKING|>"),
            ContentOpen = "<|START_RESPONSE|>",
            ContentClose = "<|END_RESPONSE|>",
        },
        new("command-r-plus", "tools Action: tool_name tool_calls")
        {
            Two = """
            Action:
            ```json
            [
                {
                    "tool_name": "get_weather",
                    "parameters": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}
                },
                {
                    "tool_name": "get_weather",
                    "parameters": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}
                }
            ]```
            """,
            Nested = """
            Action:
            ```json
            [
                {
                    "tool_name": "write_file",
                    "parameters": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}
                }
            ]```
            """,
            Empty = """
            Action:
            ```json
            [
                {
                    "tool_name": "now",
                    "parameters": {}
                }
            ]```
            """,
        },
        new("granite-3", "tools <|tool_call|> </think>")
        {
            Two = """
            <|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}, {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}]
            """,
            Nested = """
            <|tool_call|>[{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}]
            """,
            Empty = """
            <|tool_call|>[{"name": "now", "arguments": {}}]
            """,
            ContentClose = "",
        },
        new("functionary-3.1", "tools <function= tool_calls")
        {
            Two = """
            <function=get_weather>{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}</function><function=get_weather>{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}</function>
            """,
            Nested = """
            <function=write_file>{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}</function>
            """,
            Empty = "<function=now>{}</function>",
            ContentClose = "",
        },
        new("functionary-3.2", "tools >>>all tool_calls")
        {
            Two = """
            >>>get_weather
            {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}>>>get_weather
            {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}
            """,
            Nested = """
            >>>write_file
            {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}
            """,
            Empty = """
            >>>now
            {}
            """,
            ContentOpen = ">>>all\n",
            ContentClose = "",
        },
        new("firefunction-2", "tools functools[ tool_calls")
        {
            Two = """
             functools[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}, {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}]
            """,
            Nested = """
             functools[{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}]
            """,
            Empty = """
             functools[{"name": "now", "arguments": {}}]
            """,
            ContentClose = "",
        },
        new("lfm2", "tools <|tool_call_start|> </think>")
        {
            Two = """
            <|tool_call_start|>[get_weather(city="Paris", days=3, opts={"a": [1, 'x']}, flag=True), get_weather(city="Zürich", days=4, opts={"a": [1, 'x']}, flag=True)]<|tool_call_end|>
            """,
            Nested = """
            <|tool_call_start|>[write_file(text="{\"a\": [1}] 'q' <b> </tool 日本\n\tend", meta={"k": {"l": "}{"}, "n": -1.5e3})]<|tool_call_end|>
            """,
            Empty = "<|tool_call_start|>[now()]<|tool_call_end|>",
            ContentClose = "",
            Think = ("<think>", "</think>"),
        },
        new("gemma-4", "tools <|tool_call> call: tool_calls <|channel>thought")
        {
            Two = """
            <|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3,opts:{a:[1,<|"|>x<|"|>]},flag:true}<tool_call|><|tool_call>call:get_weather{city:<|"|>Zürich<|"|>,days:4,opts:{a:[1,<|"|>x<|"|>]},flag:true}<tool_call|>
            """,
            Nested = """
            <|tool_call>call:write_file{text:<|"|>{"a": [1}] 'q' <b> </tool 日本
            	end<|"|>,meta:{k:{l:<|"|>}{<|"|>},n:-1.5e3}}<tool_call|>
            """,
            Empty = "<|tool_call>call:now{}<tool_call|>",
            ContentClose = "",
            Think = ("<|channel>thought\n", "\n<channel|>"),
        },
        new("minimax-m1", "tools <tool_calls> tool_calls")
        {
            Two = """
            <tool_calls>
            {"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}
            </tool_calls>
            """,
            Nested = """
            <tool_calls>
            {"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            </tool_calls>
            """,
            Empty = """
            <tool_calls>
            {"name": "now", "arguments": {}}
            </tool_calls>
            """,
        },
        new("gigachat-3", "tools function call <|role_sep|> tool_calls")
        {
            Two = """
            function call<|role_sep|>
            {"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            """,
            Nested = """
            function call<|role_sep|>
            {"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            """,
            Empty = """
            function call<|role_sep|>
            {"name": "now", "arguments": {}}
            """,
            ContentClose = "<|message_sep|>\n\n",
            Single = true,
        },
        new("gigachat-3.1", "tools <|function_call|> <|role_sep|> tool_calls")
        {
            Two = """
            <|function_call|>{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            """,
            Nested = """
            <|function_call|>{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            """,
            Empty = """
            <|function_call|>{"name": "now", "arguments": {}}
            """,
            ContentClose = "",
            Single = true,
        },
        new("nemotron-v2", "tools <TOOLCALL> tool_calls </think>")
        {
            Two = """
            <TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}, {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}]</TOOLCALL>
            """,
            Nested = """
            <TOOLCALL>[{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}]</TOOLCALL>
            """,
            Empty = """
            <TOOLCALL>[{"name": "now", "arguments": {}}]</TOOLCALL>
            """,
        },
        new("apriel", "tools <tool_calls>[ tool_calls [BEGIN FINAL RESPONSE]")
        {
            Two = """
            <tool_calls>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}, {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}]</tool_calls>
            """,
            Nested = """
            <tool_calls>[{"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}]</tool_calls>
            """,
            Empty = """
            <tool_calls>[{"name": "now", "arguments": {}}]</tool_calls>
            """,
            Think = ("Here are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"),
        },
        new("apertus", "tools <|tools_prefix|> tool_calls <|inner_prefix|>")
        {
            Two = """
            <|tools_prefix|>[{"get_weather": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}, {"get_weather": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}]<|tools_suffix|>
            """,
            Nested = """
            <|tools_prefix|>[{"write_file": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}]<|tools_suffix|>
            """,
            Empty = """
            <|tools_prefix|>[{"now": {}}]<|tools_suffix|>
            """,
            Think = ("<|inner_prefix|>", "<|inner_suffix|>"),
            ContentClose = "",
        },
        new("solar-open", "tools <|tool_call:begin|> tool_calls <|think|>")
        {
            Two = """
            <|tool_calls|><|tool_call:begin|>abcdefgh0<|tool_call:name|>get_weather<|tool_call:args|>{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}<|tool_call:end|><|tool_call:begin|>abcdefgh1<|tool_call:name|>get_weather<|tool_call:args|>{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}<|tool_call:end|><|calls|>
            """,
            Nested = """
            <|tool_calls|><|tool_call:begin|>abcdefgh0<|tool_call:name|>write_file<|tool_call:args|>{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}<|tool_call:end|><|calls|>
            """,
            Empty = "<|tool_calls|><|tool_call:begin|>abcdefgh0<|tool_call:name|>now<|tool_call:args|>{}<|tool_call:end|><|calls|>",
            Ids = ["abcdefgh0", "abcdefgh1"],
            Think = ("<|think|>", "<|end|><|begin|>assistant"),
            ContentOpen = "<|content|>",
            ContentClose = "<|end|><|begin|>assistant",
        },
        new("harmony", "tools <|channel|> <|message|> tool_calls")
        {
            Two = """
            <|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}<|call|>
            """,
            Nested = """
            <|channel|>commentary to=functions.write_file <|constrain|>json<|message|>{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}<|call|>
            """,
            Empty = "<|channel|>commentary to=functions.now <|constrain|>json<|message|>{}<|call|>",
            PromptEnd = "<|start|>assistant",
            Single = true,
            Think = ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant"),
            ContentOpen = "<|channel|>final<|message|>",
            ContentClose = "<|end|><|start|>assistant",
        },
        new("generic", "plain")
        {
            Two = """
            {"name": "get_weather", "arguments": {"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}}
            {"name": "get_weather", "arguments": {"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}}
            """,
            Nested = """
            {"name": "write_file", "arguments": {"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}}
            """,
            Empty = """
            {"name": "now", "arguments": {}}
            """,
            OnlyAtStart = true,
        },
    ];
}
