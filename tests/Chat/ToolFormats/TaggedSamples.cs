namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>Texts of formats with marks around each argument, by hand after what the models' templates render (llamacpp.md, section 18).</summary>
internal static class TaggedSamples
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<FormatSample> Rows { get; } =
    [
        new("qwen3-coder", "tools <tool_call> <function= <parameter= tool_calls </think>")
        {
            Two = """
            <tool_call>
            <function=get_weather>
            <parameter=city>
            Paris
            </parameter>
            <parameter=days>
            3
            </parameter>
            <parameter=opts>
            {"a": [1, "x"]}
            </parameter>
            <parameter=flag>
            True
            </parameter>
            </function>
            </tool_call>
            <tool_call>
            <function=get_weather>
            <parameter=city>
            Zürich
            </parameter>
            <parameter=days>
            4
            </parameter>
            <parameter=opts>
            {"a": [1, "x"]}
            </parameter>
            <parameter=flag>
            True
            </parameter>
            </function>
            </tool_call>
            """,
            Nested = """
            <tool_call>
            <function=write_file>
            <parameter=text>
            {"a": [1}] 'q' <b> </tool 日本
            	end
            </parameter>
            <parameter=meta>
            {"k": {"l": "}{"}, "n": -1.5e3}
            </parameter>
            </function>
            </tool_call>
            """,
            Empty = """
            <tool_call>
            <function=now>
            </function>
            </tool_call>
            """,
            ContentClose = "\n\n",
        },
        new("seed-oss", "tools <seed:tool_call> <function= tool_calls <seed:think>")
        {
            Two = """
            <seed:tool_call>
            <function=get_weather>
            <parameter=city>Paris</parameter>
            <parameter=days>3</parameter>
            <parameter=opts>{"a": [1, "x"]}</parameter>
            <parameter=flag>True</parameter>
            </function>
            </seed:tool_call>
            <seed:tool_call>
            <function=get_weather>
            <parameter=city>Zürich</parameter>
            <parameter=days>4</parameter>
            <parameter=opts>{"a": [1, "x"]}</parameter>
            <parameter=flag>True</parameter>
            </function>
            </seed:tool_call>
            """,
            Nested = """
            <seed:tool_call>
            <function=write_file>
            <parameter=text>{"a": [1}] 'q' <b> </tool 日本
            	end</parameter>
            <parameter=meta>{"k": {"l": "}{"}, "n": -1.5e3}</parameter>
            </function>
            </seed:tool_call>
            """,
            Empty = """
            <seed:tool_call>
            <function=now>
            </function>
            </seed:tool_call>
            """,
            Think = ("<seed:think>", "</seed:think>\n"),
        },
        new("glm-4.5", "tools <tool_call> <arg_key>k</arg_key>\n tool_calls </think>")
        {
            Two = """
            <tool_call>get_weather
            <arg_key>city</arg_key>
            <arg_value>Paris</arg_value>
            <arg_key>days</arg_key>
            <arg_value>3</arg_value>
            <arg_key>opts</arg_key>
            <arg_value>{"a": [1, "x"]}</arg_value>
            <arg_key>flag</arg_key>
            <arg_value>true</arg_value>
            </tool_call>
            <tool_call>get_weather
            <arg_key>city</arg_key>
            <arg_value>Zürich</arg_value>
            <arg_key>days</arg_key>
            <arg_value>4</arg_value>
            <arg_key>opts</arg_key>
            <arg_value>{"a": [1, "x"]}</arg_value>
            <arg_key>flag</arg_key>
            <arg_value>true</arg_value>
            </tool_call>
            """,
            Nested = """
            <tool_call>write_file
            <arg_key>text</arg_key>
            <arg_value>{"a": [1}] 'q' <b> </tool 日本
            	end</arg_value>
            <arg_key>meta</arg_key>
            <arg_value>{"k": {"l": "}{"}, "n": -1.5e3}</arg_value>
            </tool_call>
            """,
            Empty = """
            <tool_call>now
            </tool_call>
            """,
            Think = ("<think>", "</think>\n"),
        },
        new("glm-4.7", "tools <tool_call> <arg_key>k</arg_key> tool_calls </think>")
        {
            Two = """
            <tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value><arg_key>days</arg_key><arg_value>3</arg_value><arg_key>opts</arg_key><arg_value>{"a": [1, "x"]}</arg_value><arg_key>flag</arg_key><arg_value>true</arg_value></tool_call><tool_call>get_weather<arg_key>city</arg_key><arg_value>Zürich</arg_value><arg_key>days</arg_key><arg_value>4</arg_value><arg_key>opts</arg_key><arg_value>{"a": [1, "x"]}</arg_value><arg_key>flag</arg_key><arg_value>true</arg_value></tool_call>
            """,
            Nested = """
            <tool_call>write_file<arg_key>text</arg_key><arg_value>{"a": [1}] 'q' <b> </tool 日本
            	end</arg_value><arg_key>meta</arg_key><arg_value>{"k": {"l": "}{"}, "n": -1.5e3}</arg_value></tool_call>
            """,
            Empty = "<tool_call>now</tool_call>",
            Think = ("<think>", "</think>"),
            ContentClose = "",
        },
        new("ling-3", "tools <role> <tool_call> <arg_key>k</arg_key> tool_calls </think>")
        {
            Two = """
            <tool_call>get_weather
            <arg_key>city</arg_key>
            <arg_value>Paris</arg_value><arg_key>days</arg_key>
            <arg_value>3</arg_value><arg_key>opts</arg_key>
            <arg_value>{"a": [1, "x"]}</arg_value><arg_key>flag</arg_key>
            <arg_value>true</arg_value>
            </tool_call>
            <tool_call>get_weather
            <arg_key>city</arg_key>
            <arg_value>Zürich</arg_value><arg_key>days</arg_key>
            <arg_value>4</arg_value><arg_key>opts</arg_key>
            <arg_value>{"a": [1, "x"]}</arg_value><arg_key>flag</arg_key>
            <arg_value>true</arg_value>
            </tool_call>
            """,
            Nested = """
            <tool_call>write_file
            <arg_key>text</arg_key>
            <arg_value>{"a": [1}] 'q' <b> </tool 日本
            	end</arg_value><arg_key>meta</arg_key>
            <arg_value>{"k": {"l": "}{"}, "n": -1.5e3}</arg_value>
            </tool_call>
            """,
            Empty = """
            <tool_call>now

            </tool_call>
            """,
            Think = ("<think>", "</think>"),
            CallsEndReasoning = true,
        },
    ];
}
