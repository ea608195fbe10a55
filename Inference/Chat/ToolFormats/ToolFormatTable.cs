using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// The formats that are rows of the same machinery. Forms are those that the models' templates render for past calls (llamacpp.md,
/// section 18). Those with marks around each argument are <see cref="TaggedFormats"/>.
/// </summary>
internal static class ToolFormatTable
{
    private static readonly ReasoningFormat MistralThink = new("[THINK]", "[/THINK]") { ForcedClose = "[/THINK]" };

    /// <summary>For models without a format of their own: told by the system text.</summary>
    public static CallSyntax Generic { get; } = new("generic", CallBody.JsonCall) { Separator = new("\n"), OnlyAtStart = true };

    /// <summary>Hermes 2 and 3, Qwen 2.5 and 3, QwQ, Granite 4, MiMo, Bielik, Reka.</summary>
    public static CallSyntax Hermes { get; } = new("hermes", CallBody.JsonCall)
    {
        Headers = [new("<tool_call>\n")],
        Closes = [new("\n</tool_call>")],
        Separator = new("\n"),
        Markers = ["<tool_call>", "</tool_call>"],
    };

    /// <summary>Llama 3.1 to 3.3: the whole message is one call, or one stands behind a mark.</summary>
    public static CallSyntax Llama { get; } = new("llama-3", CallBody.JsonCall)
    {
        ArgumentsKey = "parameters",
        OnlyAtStart = true,
        SingleCall = true,
        Markers = ["<|python_tag|>"],
        Marked =
        [
            new("llama-3 with a mark", CallBody.JsonCall) { Headers = [new("<|python_tag|>")], ArgumentsKey = "parameters", SingleCall = true },
            new("llama-3 built-in tools", CallBody.Expression)
            {
                Headers = [new("<|python_tag|>«name».call(")],
                Closes = [new(")")],
                Parameter = new("«key»="),
                ParameterSeparator = ", ",
                SingleCall = true,
            },
        ],
    };

    /// <summary>Llama 3.2 and 4 where the prompt asks for a list of Python calls.</summary>
    public static CallSyntax LlamaPython { get; } = new("llama-pythonic", CallBody.Expression)
    {
        SectionOpen = new("["),
        SectionClose = new("]"),
        Headers = [new("«name»(")],
        Closes = [new(")")],
        Separator = new(", "),
        Parameter = new("«key»="),
        ParameterSeparator = ", ",
        OnlyAtStart = true,
    };

    /// <summary>Mistral v3, Nemo.</summary>
    public static CallSyntax MistralArray { get; } = new("mistral-v3", CallBody.JsonCall)
    {
        SectionOpen = new("[TOOL_CALLS]~["),
        SectionClose = new("]"),
        Separator = new(", "),
        TrailingIdKey = "id",
        Markers = ["[TOOL_CALLS]"],
        Reasoning = MistralThink,
        IdRule = CallIdRule.NineCharacters,
    };

    /// <summary>Mistral Small 3.2.</summary>
    public static CallSyntax MistralCallId { get; } = new("mistral-v7", CallBody.JsonArguments)
    {
        Headers = [new("[TOOL_CALLS]«name»[CALL_ID]«id»[ARGS]"), new("[TOOL_CALLS]«name»[ARGS]")],
        Markers = ["[TOOL_CALLS]", "[CALL_ID]", "[ARGS]"],
        Reasoning = MistralThink,
        IdRule = CallIdRule.NineCharacters,
    };

    /// <summary>Ministral 3, Magistral, Devstral.</summary>
    public static CallSyntax MistralArguments { get; } = MistralCallId with
    {
        Name = "mistral-v11",
        Headers = [new("[TOOL_CALLS]«name»[ARGS]"), new("[TOOL_CALLS]«name»[CALL_ID]«id»[ARGS]")],
    };

    /// <summary>DeepSeek R1 and V3.</summary>
    public static CallSyntax DeepSeekR1 { get; } = new("deepseek-r1", CallBody.JsonArguments)
    {
        SectionOpen = new("<｜tool▁calls▁begin｜>"),
        SectionClose = new("<｜tool▁calls▁end｜>"),
        Headers = [new("<｜tool▁call▁begin｜>function<｜tool▁sep｜>«name»\n```json\n")],
        Closes = [new("\n```<｜tool▁call▁end｜>"), new("```~<｜tool▁call▁end｜>")],
        Separator = new("\n"),
        Markers = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>"],
    };

    /// <summary>DeepSeek V3.1.</summary>
    public static CallSyntax DeepSeekV31 { get; } = DeepSeekR1 with
    {
        Name = "deepseek-v3.1",
        Headers = [new("<｜tool▁call▁begin｜>«name»<｜tool▁sep｜>")],
        Closes = [new("<｜tool▁call▁end｜>")],
        Separator = new(""),
    };

    /// <summary>Kimi K2; calls may begin inside its reasoning.</summary>
    public static CallSyntax KimiK2 { get; } = new("kimi-k2", CallBody.JsonArguments)
    {
        SectionOpen = new("<|tool_calls_section_begin|>"),
        SectionClose = new("<|tool_calls_section_end|>"),
        Headers = [new("<|tool_call_begin|>functions.«name»:«index»<|tool_call_argument_begin|>")],
        Closes = [new("<|tool_call_end|>")],
        Id = new("functions.«name»:«index»"),
        Markers = ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>"],
        Reasoning = ReasoningFormat.Think with { Interrupts = ["<|tool_calls_section_begin|>", "<|tool_call_begin|>"] },
    };

    /// <summary>Command R7B, Cohere2 MoE.</summary>
    public static CallSyntax CommandR7B { get; } = new("command-r7b", CallBody.JsonCall)
    {
        SectionOpen = new("<|START_ACTION|>~[\n    "),
        SectionClose = new("\n]~<|END_ACTION|>"),
        Separator = new(",\n    "),
        NumberKey = "tool_call_id",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
        ContentMarks = ("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
        Markers = ["<|START_ACTION|>", "<|END_ACTION|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"],
        Reasoning = new("<|START_THINKING|>", "<|END_THINKING|>") { ForcedClose = "<|END_THINKING|>" },
    };

    /// <summary>Command R+.</summary>
    public static CallSyntax CommandRPlus { get; } = new("command-r-plus", CallBody.JsonCall)
    {
        SectionOpen = new("Action:\n```json\n[\n    "),
        SectionClose = new("\n]~```"),
        Separator = new(",\n    "),
        JsonOpen = "{\n        ",
        JsonSeparator = ",\n        ",
        JsonClose = "\n    }",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
    };

    /// <summary>Granite 3.3.</summary>
    public static CallSyntax Granite { get; } = new("granite-3", CallBody.JsonCall)
    {
        SectionOpen = new("<|tool_call|>~["),
        SectionClose = new("]"),
        Separator = new(", "),
        Dropped = ["<|/tool_call|>"],
        Markers = ["<|tool_call|>", "<|/tool_call|>"],
    };

    /// <summary>Functionary 3.1.</summary>
    public static CallSyntax Functionary31 { get; } = new("functionary-3.1", CallBody.JsonArguments)
    {
        Headers = [new("<function=«name»>")],
        Closes = [new("</function>")],
    };

    /// <summary>Functionary 3.2: every part of an answer names its reader.</summary>
    public static CallSyntax Functionary32 { get; } = new("functionary-3.2", CallBody.JsonArguments)
    {
        Headers = [new(">>>«name»\n")],
        ContentMarks = (">>>all\n", ""),
        NoCallBehindTrigger = ["all\n"],
        PromptOpening = ">>>",
    };

    /// <summary>Firefunction 2.</summary>
    public static CallSyntax Firefunction { get; } = new("firefunction-2", CallBody.JsonCall)
    {
        SectionOpen = new("functools~["),
        SectionClose = new("]"),
        Separator = new(", "),
    };

    /// <summary>LFM2 and LFM2.5.</summary>
    public static CallSyntax Lfm2 { get; } = LlamaPython with
    {
        Name = "lfm2",
        SectionOpen = new("<|tool_call_start|>~["),
        SectionClose = new("]~<|tool_call_end|>"),
        OnlyAtStart = false,
        Markers = ["<|tool_call_start|>", "<|tool_call_end|>"],
    };

    /// <summary>Gemma 4.</summary>
    public static CallSyntax Gemma4 { get; } = new("gemma-4", CallBody.Expression)
    {
        Headers = [new("<|tool_call>call:«name»{")],
        Closes = [new("}~<tool_call|>")],
        Parameter = new("«key»:"),
        ParameterSeparator = ",",
        Literals = LiteralSyntax.Gemma,
        Markers = ["<|tool_call>", "<tool_call|>", "<|\"|>", "<|channel>", "<channel|>"],
        Reasoning = new("<|channel>thought", "<channel|>") { ForcedClose = "\n<channel|>" },
    };

    /// <summary>MiniMax M1.</summary>
    public static CallSyntax MiniMaxM1 { get; } = new("minimax-m1", CallBody.JsonCall)
    {
        SectionOpen = new("<tool_calls>\n"),
        SectionClose = new("\n</tool_calls>"),
        Separator = new("\n"),
        Markers = ["<tool_calls>", "</tool_calls>"],
    };

    /// <summary>GigaChat 3.</summary>
    public static CallSyntax GigaChat3 { get; } = new("gigachat-3", CallBody.JsonCall)
    {
        Headers = [new("function call<|role_sep|>\n")],
        Trigger = "function call<|role_sep|>",
        SingleCall = true,
        Dropped = ["<|message_sep|>"],
        Markers = ["<|role_sep|>", "<|message_sep|>"],
    };

    /// <summary>GigaChat 3.1.</summary>
    public static CallSyntax GigaChat31 { get; } = new("gigachat-3.1", CallBody.JsonCall)
    {
        Headers = [new("<|function_call|>")],
        SingleCall = true,
        Markers = ["<|function_call|>"],
    };

    /// <summary>Nemotron Nano v2.</summary>
    public static CallSyntax NemotronV2 { get; } = new("nemotron-v2", CallBody.JsonCall)
    {
        SectionOpen = new("<TOOLCALL>~["),
        SectionClose = new("]~</TOOLCALL>"),
        Separator = new(", "),
        Markers = ["<TOOLCALL>", "</TOOLCALL>"],
    };

    /// <summary>Apriel 1.5.</summary>
    public static CallSyntax Apriel { get; } = new("apriel", CallBody.JsonCall)
    {
        SectionOpen = new("<tool_calls>~["),
        SectionClose = new("]~</tool_calls>"),
        Separator = new(", "),
        Markers = ["<tool_calls>", "</tool_calls>"],
        Reasoning = new("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
        Dropped = ["[END FINAL RESPONSE]"],
    };

    /// <summary>Apertus: the name is the key.</summary>
    public static CallSyntax Apertus { get; } = new("apertus", CallBody.JsonCall)
    {
        SectionOpen = new("<|tools_prefix|>~["),
        SectionClose = new("]~<|tools_suffix|>"),
        Separator = new(", "),
        NameKey = null,
        Markers = ["<|tools_prefix|>", "<|tools_suffix|>"],
        Reasoning = new("<|inner_prefix|>", "<|inner_suffix|>") { ForcedClose = "<|inner_suffix|>" },
    };

    /// <summary>Solar Open.</summary>
    public static CallSyntax Solar { get; } = new("solar-open", CallBody.JsonArguments)
    {
        SectionOpen = new("<|tool_calls|>"),
        SectionClose = new("<|calls|>"),
        Headers = [new("<|tool_call:begin|>«id»<|tool_call:name|>«name»<|tool_call:args|>")],
        Closes = [new("<|tool_call:end|>")],
        ContentMarks = ("<|content|>", "<|end|>"),
        BehindReasoning = "<|begin|>assistant",
        Markers =
        [
            "<|tool_calls|>", "<|calls|>", "<|tool_call:begin|>", "<|tool_call:name|>", "<|tool_call:args|>", "<|tool_call:end|>",
            "<|content|>", "<|begin|>", "<|end|>",
        ],
        Reasoning = new("<|think|>", "<|end|>") { ForcedClose = "<|end|>" },
    };

    /// <summary>All rows.</summary>
    public static IReadOnlyList<CallSyntax> All { get; } =
    [
        Generic, Hermes, Llama, LlamaPython, MistralArray, MistralCallId, MistralArguments, DeepSeekR1, DeepSeekV31, KimiK2, CommandR7B, CommandRPlus, Granite,
        Functionary31, Functionary32, Firefunction, Lfm2, Gemma4, MiniMaxM1, GigaChat3, GigaChat31, NemotronV2, Apriel, Apertus, Solar, .. TaggedFormats.All,
    ];
}
