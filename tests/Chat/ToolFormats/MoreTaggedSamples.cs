namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>More texts of formats with marks around each argument.</summary>
internal static class MoreTaggedSamples
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<FormatSample> Rows { get; } =
    [
        new("hunyuan-3", "tools :opensource <tool_sep <arg_key tool_calls")
        {
            Two = """
            <tool_calls:opensource>
            <tool_call:opensource>get_weather<tool_sep:opensource>
            <arg_key:opensource>city</arg_key:opensource>
            <arg_value:opensource>Paris</arg_value:opensource>
            <arg_key:opensource>days</arg_key:opensource>
            <arg_value:opensource>3</arg_value:opensource>
            <arg_key:opensource>opts</arg_key:opensource>
            <arg_value:opensource>{"a": [1, "x"]}</arg_value:opensource>
            <arg_key:opensource>flag</arg_key:opensource>
            <arg_value:opensource>true</arg_value:opensource>
            </tool_call:opensource>
            <tool_call:opensource>get_weather<tool_sep:opensource>
            <arg_key:opensource>city</arg_key:opensource>
            <arg_value:opensource>Zürich</arg_value:opensource>
            <arg_key:opensource>days</arg_key:opensource>
            <arg_value:opensource>4</arg_value:opensource>
            <arg_key:opensource>opts</arg_key:opensource>
            <arg_value:opensource>{"a": [1, "x"]}</arg_value:opensource>
            <arg_key:opensource>flag</arg_key:opensource>
            <arg_value:opensource>true</arg_value:opensource>
            </tool_call:opensource>
            </tool_calls:opensource>
            """,
            Nested = """
            <tool_calls:opensource>
            <tool_call:opensource>write_file<tool_sep:opensource>
            <arg_key:opensource>text</arg_key:opensource>
            <arg_value:opensource>{"a": [1}] 'q' <b> </tool 日本
            	end</arg_value:opensource>
            <arg_key:opensource>meta</arg_key:opensource>
            <arg_value:opensource>{"k": {"l": "}{"}, "n": -1.5e3}</arg_value:opensource>
            </tool_call:opensource>
            </tool_calls:opensource>
            """,
            Empty = """
            <tool_calls:opensource>
            <tool_call:opensource>now<tool_sep:opensource>
            </tool_call:opensource>
            </tool_calls:opensource>
            """,
            Think = ("<think:opensource>", "</think:opensource>"),
            ContentClose = "",
        },
        new("deepseek-v3.2", "tools ｜DSML｜ function_calls tool_calls </think>")
        {
            Two = """
            <｜DSML｜function_calls>
            <｜DSML｜invoke name="get_weather">
            <｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>
            <｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>
            <｜DSML｜parameter name="opts" string="false">{"a": [1, "x"]}</｜DSML｜parameter>
            <｜DSML｜parameter name="flag" string="false">true</｜DSML｜parameter>
            </｜DSML｜invoke>
            <｜DSML｜invoke name="get_weather">
            <｜DSML｜parameter name="city" string="true">Zürich</｜DSML｜parameter>
            <｜DSML｜parameter name="days" string="false">4</｜DSML｜parameter>
            <｜DSML｜parameter name="opts" string="false">{"a": [1, "x"]}</｜DSML｜parameter>
            <｜DSML｜parameter name="flag" string="false">true</｜DSML｜parameter>
            </｜DSML｜invoke>
            </｜DSML｜function_calls>
            """,
            Nested = """
            <｜DSML｜function_calls>
            <｜DSML｜invoke name="write_file">
            <｜DSML｜parameter name="text" string="true">{"a": [1}] 'q' <b> </tool 日本
            	end</｜DSML｜parameter>
            <｜DSML｜parameter name="meta" string="false">{"k": {"l": "}{"}, "n": -1.5e3}</｜DSML｜parameter>
            </｜DSML｜invoke>
            </｜DSML｜function_calls>
            """,
            Empty = """
            <｜DSML｜function_calls>
            <｜DSML｜invoke name="now">
            </｜DSML｜invoke>
            </｜DSML｜function_calls>
            """,
            ContentClose = "\n\n",
            Think = ("<think>", "</think>"),
        },
        new("deepseek-v4", "tools ｜DSML｜ tool_calls </think>")
        {
            Two = """
            <｜DSML｜tool_calls>
            <｜DSML｜invoke name="get_weather">
            <｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>
            <｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>
            <｜DSML｜parameter name="opts" string="false">{"a": [1, "x"]}</｜DSML｜parameter>
            <｜DSML｜parameter name="flag" string="false">true</｜DSML｜parameter>
            </｜DSML｜invoke>
            <｜DSML｜invoke name="get_weather">
            <｜DSML｜parameter name="city" string="true">Zürich</｜DSML｜parameter>
            <｜DSML｜parameter name="days" string="false">4</｜DSML｜parameter>
            <｜DSML｜parameter name="opts" string="false">{"a": [1, "x"]}</｜DSML｜parameter>
            <｜DSML｜parameter name="flag" string="false">true</｜DSML｜parameter>
            </｜DSML｜invoke>
            </｜DSML｜tool_calls>
            """,
            Nested = """
            <｜DSML｜tool_calls>
            <｜DSML｜invoke name="write_file">
            <｜DSML｜parameter name="text" string="true">{"a": [1}] 'q' <b> </tool 日本
            	end</｜DSML｜parameter>
            <｜DSML｜parameter name="meta" string="false">{"k": {"l": "}{"}, "n": -1.5e3}</｜DSML｜parameter>
            </｜DSML｜invoke>
            </｜DSML｜tool_calls>
            """,
            Empty = """
            <｜DSML｜tool_calls>
            <｜DSML｜invoke name="now">
            </｜DSML｜invoke>
            </｜DSML｜tool_calls>
            """,
            ContentClose = "\n\n",
            Think = ("<think>", "</think>"),
        },
        new("kimi-k3", "tools <|open|> <|sep|> tool_calls think")
        {
            Two = """
            <|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument key="city" type="string"<|sep|>Paris<|close|>argument<|sep|><|open|>argument key="days" type="number"<|sep|>3<|close|>argument<|sep|><|open|>argument key="opts" type="object"<|sep|>{"a": [1, "x"]}<|close|>argument<|sep|><|open|>argument key="flag" type="boolean"<|sep|>true<|close|>argument<|sep|><|close|>call<|sep|><|open|>call tool="get_weather" index="2"<|sep|><|open|>argument key="city" type="string"<|sep|>Zürich<|close|>argument<|sep|><|open|>argument key="days" type="number"<|sep|>4<|close|>argument<|sep|><|open|>argument key="opts" type="object"<|sep|>{"a": [1, "x"]}<|close|>argument<|sep|><|open|>argument key="flag" type="boolean"<|sep|>true<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>
            """,
            Nested = """
            <|open|>tools<|sep|><|open|>call tool="write_file" index="1"<|sep|><|open|>argument key="text" type="string"<|sep|>{"a": [1}] 'q' <b> </tool 日本
            	end<|close|>argument<|sep|><|open|>argument key="meta" type="object"<|sep|>{"k": {"l": "}{"}, "n": -1.5e3}<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>
            """,
            Empty = """
            <|open|>tools<|sep|><|open|>call tool="now" index="1"<|sep|><|close|>call<|sep|><|close|>tools<|sep|>
            """,
            Think = ("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
            ContentOpen = "<|open|>response<|sep|>",
            ContentClose = "<|close|>response<|sep|>",
        },
        new("minimax-m2", "tools <minimax:tool_call> tool_calls </think>")
        {
            Two = """
            <minimax:tool_call>
            <invoke name="get_weather">
            <parameter name="city">Paris</parameter>
            <parameter name="days">3</parameter>
            <parameter name="opts">{"a": [1, "x"]}</parameter>
            <parameter name="flag">true</parameter>
            </invoke>
            <invoke name="get_weather">
            <parameter name="city">Zürich</parameter>
            <parameter name="days">4</parameter>
            <parameter name="opts">{"a": [1, "x"]}</parameter>
            <parameter name="flag">true</parameter>
            </invoke>
            </minimax:tool_call>
            """,
            Nested = """
            <minimax:tool_call>
            <invoke name="write_file">
            <parameter name="text">{"a": [1}] 'q' <b> </tool 日本
            	end</parameter>
            <parameter name="meta">{"k": {"l": "}{"}, "n": -1.5e3}</parameter>
            </invoke>
            </minimax:tool_call>
            """,
            Empty = """
            <minimax:tool_call>
            <invoke name="now">
            </invoke>
            </minimax:tool_call>
            """,
        },
        new("minimax-m3", "tools ]<]minimax[>[ tool_calls <mm:think>")
        {
            Two = """
            ]<]minimax[>[<tool_call>
            ]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Paris]<]minimax[>[</city>]<]minimax[>[<days>3]<]minimax[>[</days>]<]minimax[>[<opts>]<]minimax[>[<a>]<]minimax[>[<item>1]<]minimax[>[</item>]<]minimax[>[<item>x]<]minimax[>[</item>]<]minimax[>[</a>]<]minimax[>[</opts>]<]minimax[>[<flag>true]<]minimax[>[</flag>]<]minimax[>[</invoke>
            ]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Zürich]<]minimax[>[</city>]<]minimax[>[<days>4]<]minimax[>[</days>]<]minimax[>[<opts>]<]minimax[>[<a>]<]minimax[>[<item>1]<]minimax[>[</item>]<]minimax[>[<item>x]<]minimax[>[</item>]<]minimax[>[</a>]<]minimax[>[</opts>]<]minimax[>[<flag>true]<]minimax[>[</flag>]<]minimax[>[</invoke>
            ]<]minimax[>[</tool_call>
            """,
            Nested = """
            ]<]minimax[>[<tool_call>
            ]<]minimax[>[<invoke name="write_file">]<]minimax[>[<text>{"a": [1}] 'q' <b> </tool 日本
            	end]<]minimax[>[</text>]<]minimax[>[<meta>]<]minimax[>[<k>]<]minimax[>[<l>}{]<]minimax[>[</l>]<]minimax[>[</k>]<]minimax[>[<n>-1.5e3]<]minimax[>[</n>]<]minimax[>[</meta>]<]minimax[>[</invoke>
            ]<]minimax[>[</tool_call>
            """,
            Empty = """
            ]<]minimax[>[<tool_call>
            ]<]minimax[>[<invoke name="now">]<]minimax[>[</invoke>
            ]<]minimax[>[</tool_call>
            """,
            Think = ("<mm:think>", "</mm:think>"),
            ContentClose = "",
        },
        new("minicpm-5", "tools <function name= <param name= tool_calls </think>")
        {
            Two = """
            <function name="get_weather"><param name="city">Paris</param><param name="days">3</param><param name="opts">{'a': [1, 'x']}</param><param name="flag">True</param></function>
            <function name="get_weather"><param name="city">Zürich</param><param name="days">4</param><param name="opts">{'a': [1, 'x']}</param><param name="flag">True</param></function>
            """,
            Nested = """
            <function name="write_file"><param name="text"><![CDATA[{"a": [1}] 'q' <b> </tool 日本
            	end]]></param><param name="meta">{"k": {"l": "}{"}, "n": -1.5e3}</param></function>
            """,
            Empty = """
            <function name="now"></function>
            """,
        },
        new("muse-glimmer", "tools <atem: tool_calls to=self<|message|>")
        {
            Two = """
             to=get_weather<|message|><atem:function_calls>
            <atem:invoke name="get_weather">
            <atem:parameter name="city">Paris</atem:parameter>
            <atem:parameter name="days">3</atem:parameter>
            <atem:parameter name="opts">{"a": [1, "x"]}</atem:parameter>
            <atem:parameter name="flag">true</atem:parameter>
            </atem:invoke>
            </atem:function_calls><|eom|><|start|>assistant to=get_weather<|message|><atem:function_calls>
            <atem:invoke name="get_weather">
            <atem:parameter name="city">Zürich</atem:parameter>
            <atem:parameter name="days">4</atem:parameter>
            <atem:parameter name="opts">{"a": [1, "x"]}</atem:parameter>
            <atem:parameter name="flag">true</atem:parameter>
            </atem:invoke>
            </atem:function_calls><|eom|>
            """,
            Nested = """
             to=write_file<|message|><atem:function_calls>
            <atem:invoke name="write_file">
            <atem:parameter name="text">{"a": [1}] 'q' <b> </tool 日本
            	end</atem:parameter>
            <atem:parameter name="meta">{"k": {"l": "}{"}, "n": -1.5e3}</atem:parameter>
            </atem:invoke>
            </atem:function_calls><|eom|>
            """,
            Empty = """
             to=now<|message|><atem:function_calls>
            <atem:invoke name="now">
            </atem:invoke>
            </atem:function_calls><|eom|>
            """,
            Think = (" to=self<|message|>", "<|eom|><|start|>assistant"),
            ContentOpen = " to=user<|message|>",
            ContentClose = "<|eom|><|start|>assistant",
        },
    ];
}
