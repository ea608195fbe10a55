using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>The rows of <see cref="ToolFormatTable"/> whose arguments stand between marks of their own.</summary>
internal static class TaggedFormats
{
    /// <summary>Qwen3-Coder, Qwen 3.5, Nemotron 3, StepFun 3.5.</summary>
    public static CallSyntax QwenCoder { get; } = new("qwen3-coder", CallBody.Tagged)
    {
        Headers = [new("<tool_call>\n<function=«name»>\n"), new("<function=«name»>\n")],
        Closes = [new("</function>\n</tool_call>"), new("</function>")],
        Separator = new("\n"),
        Parameter = new("<parameter=«key»>\n"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        ValuesOnLines = true,
        Markers = ["<tool_call>", "</tool_call>"],
    };

    /// <summary>Seed-OSS.</summary>
    public static CallSyntax Seed { get; } = new("seed-oss", CallBody.Tagged)
    {
        Headers = [new("<seed:tool_call>\n<function=«name»>\n")],
        Closes = [new("</function>\n</seed:tool_call>")],
        Separator = new("\n"),
        Parameter = new("<parameter=«key»>"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        Markers = ["<seed:tool_call>", "</seed:tool_call>"],
        Reasoning = new("<seed:think>", "</seed:think>"),
    };

    /// <summary>GLM 4.5 and 4.6, Laguna XS.</summary>
    public static CallSyntax Glm { get; } = new("glm-4.5", CallBody.Tagged)
    {
        Headers = [new("<tool_call>«name»\n")],
        Closes = [new("</tool_call>")],
        Separator = new("\n"),
        Parameter = new("<arg_key>«key»</arg_key>\n<arg_value>"),
        ParameterClose = "</arg_value>",
        ParameterSeparator = "\n",
        Markers = ["<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
    };

    /// <summary>GLM 4.7, Spark, Laguna S: as GLM 4.5, without line ends.</summary>
    public static CallSyntax GlmDense { get; } = Glm with
    {
        Name = "glm-4.7",
        Headers = [new("<tool_call>«name»")],
        Separator = new(""),
        Parameter = new("<arg_key>«key»</arg_key>~<arg_value>"),
        ParameterSeparator = "",
    };

    /// <summary>Ling 3: as GLM 4.5, with line ends elsewhere.</summary>
    public static CallSyntax Ling { get; } = Glm with
    {
        Name = "ling-3",
        Closes = [new("\n</tool_call>")],
        ParameterSeparator = "",
    };

    /// <summary>Hunyuan 3: GLM's form with a suffix in every mark.</summary>
    public static CallSyntax Hunyuan { get; } = new("hunyuan-3", CallBody.Tagged)
    {
        SectionOpen = new("<tool_calls:opensource>\n"),
        SectionClose = new("\n</tool_calls:opensource>"),
        Headers = [new("<tool_call:opensource>«name»<tool_sep:opensource>\n")],
        Closes = [new("</tool_call:opensource>")],
        Separator = new("\n"),
        Parameter = new("<arg_key:opensource>«key»</arg_key:opensource>\n<arg_value:opensource>"),
        ParameterClose = "</arg_value:opensource>",
        ParameterSeparator = "\n",
        Markers =
        [
            "<tool_calls:opensource>", "</tool_calls:opensource>", "<tool_call:opensource>", "</tool_call:opensource>", "<tool_sep:opensource>",
            "<arg_key:opensource>", "</arg_key:opensource>", "<arg_value:opensource>", "</arg_value:opensource>",
        ],
        Reasoning = new("<think:opensource>", "</think:opensource>"),
    };

    /// <summary>DeepSeek V3.2.</summary>
    public static CallSyntax DeepSeekV32 { get; } = new("deepseek-v3.2", CallBody.Tagged)
    {
        SectionOpen = new("<｜DSML｜function_calls>\n"),
        SectionClose = new("\n</｜DSML｜function_calls>"),
        Headers = [new("<｜DSML｜invoke name=\"«name»\">\n")],
        Closes = [new("</｜DSML｜invoke>")],
        Separator = new("\n"),
        Parameter = new("<｜DSML｜parameter name=\"«key»\" string=\"«string»\">"),
        ParameterClose = "</｜DSML｜parameter>",
        ParameterSeparator = "\n",
        Markers = ["｜DSML｜"],
    };

    /// <summary>DeepSeek V4.</summary>
    public static CallSyntax DeepSeekV4 { get; } = DeepSeekV32 with
    {
        Name = "deepseek-v4",
        SectionOpen = new("<｜DSML｜tool_calls>\n"),
        SectionClose = new("\n</｜DSML｜tool_calls>"),
    };

    /// <summary>Kimi K3.</summary>
    public static CallSyntax KimiK3 { get; } = new("kimi-k3", CallBody.Tagged)
    {
        SectionOpen = new("<|open|>tools<|sep|>"),
        SectionClose = new("<|close|>tools<|sep|>"),
        Headers = [new("<|open|>call tool=\"«name»\" index=\"«number»\"<|sep|>")],
        Closes = [new("<|close|>call<|sep|>")],
        Parameter = new("<|open|>argument key=\"«key»\" type=\"«type»\"<|sep|>"),
        ParameterClose = "<|close|>argument<|sep|>",
        ContentMarks = ("<|open|>response<|sep|>", "<|close|>response<|sep|>"),
        Dropped = ["<|close|>message<|sep|>"],
        Trigger = "<|open|>",
        NoCallBehindTrigger = ["response<|sep|>", "think<|sep|>"],
        Markers = ["<|open|>", "<|close|>", "<|sep|>"],
        Reasoning = new("<|open|>think<|sep|>", "<|close|>think<|sep|>") { ForcedClose = "<|close|>think<|sep|>" },
    };

    /// <summary>MiniMax M2.</summary>
    public static CallSyntax MiniMaxM2 { get; } = new("minimax-m2", CallBody.Tagged)
    {
        SectionOpen = new("<minimax:tool_call>\n"),
        SectionClose = new("\n</minimax:tool_call>"),
        Headers = [new("<invoke name=\"«name»\">\n")],
        Closes = [new("</invoke>")],
        Separator = new("\n"),
        Parameter = new("<parameter name=\"«key»\">"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        Markers = ["<minimax:tool_call>", "</minimax:tool_call>"],
    };

    /// <summary>MiniMax M3: all is elements, each tag behind a mark.</summary>
    public static CallSyntax MiniMaxM3 { get; } = new("minimax-m3", CallBody.Elements)
    {
        SectionOpen = new("]<]minimax[>[<tool_call>\n"),
        SectionClose = new("\n]<]minimax[>[</tool_call>"),
        Headers = [new("]<]minimax[>[<invoke name=\"«name»\">")],
        Closes = [new("~]<]minimax[>[</invoke>")],
        Separator = new("\n"),
        ElementMark = "]<]minimax[>[",
        Parameter = new("~]<]minimax[>[<«key»>"),
        Markers = ["]<]minimax[>[", "<tool_call>", "</tool_call>"],
        Reasoning = new("<mm:think>", "</mm:think>"),
    };

    /// <summary>MiniCPM 5.</summary>
    public static CallSyntax MiniCpm { get; } = new("minicpm-5", CallBody.Tagged)
    {
        Headers = [new("<function name=\"«name»\">")],
        Closes = [new("</function>")],
        Separator = new("\n"),
        Parameter = new("<param name=\"«key»\">"),
        ParameterClose = "</param>",
        WritesCharacterData = true,
        Markers = ["<function", "</function>", "<param", "</param>"],
    };

    /// <summary>Muse Glimmer: every part of an answer names its reader.</summary>
    public static CallSyntax Muse { get; } = new("muse-glimmer", CallBody.Tagged)
    {
        Headers = [new(" to=«name»<|message|>~<atem:function_calls>\n<atem:invoke name=\"«name»\">\n")],
        Closes = [new("</atem:invoke>\n</atem:function_calls>~<|eom|>"), new("</atem:invoke>\n</atem:function_calls>")],
        Separator = new("<|start|>assistant"),
        Parameter = new("<atem:parameter name=\"«key»\">"),
        ParameterClose = "</atem:parameter>",
        ParameterSeparator = "\n",
        ContentMarks = (" to=user<|message|>", ""),
        BehindReasoning = "<|start|>assistant",
        Dropped = ["to=user<|message|>", "<|message|>", "<|eom|>"],
        NoCallBehindTrigger = ["user<|message|>", "self<|message|>"],
        Markers = ["<|start|>", "<|message|>", "<|eom|>"],
        Reasoning = new("to=self<|message|>", "<|eom|>") { ForcedClose = "<|eom|>" },
    };

    /// <summary>All rows.</summary>
    public static IReadOnlyList<CallSyntax> All { get; } =
        [QwenCoder, Seed, Glm, GlmDense, Ling, Hunyuan, DeepSeekV32, DeepSeekV4, KimiK3, MiniMaxM2, MiniMaxM3, MiniCpm, Muse];
}
