using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// Finds the format of a model by what its template contains. Marks that only one family has come before those that several share.
/// Stateless; any thread.
/// </summary>
internal static class ToolFormatRegistry
{
    private static readonly (Func<string, bool> Detect, CallSyntax Syntax)[] Rows =
    [
        (Has("DSML", "function_calls"), TaggedFormats.DeepSeekV32),
        (Has("DSML"), TaggedFormats.DeepSeekV4),
        (Has("<｜tool▁calls▁begin｜>", "```json"), ToolFormatTable.DeepSeekR1),
        (Has("<｜tool▁calls▁begin｜>"), ToolFormatTable.DeepSeekV31),
        (Has("<|tool_calls_section_begin|>"), ToolFormatTable.KimiK2),
        (Has("<|open|>", "<|sep|>"), TaggedFormats.KimiK3),
        (Has("<|START_ACTION|>"), ToolFormatTable.CommandR7B),
        (Has("Action:", "tool_name"), ToolFormatTable.CommandRPlus),
        (Has("<minimax:tool_call>"), TaggedFormats.MiniMaxM2),
        (Has("]<]minimax[>["), TaggedFormats.MiniMaxM3),
        (Has("<seed:tool_call>"), TaggedFormats.Seed),
        (Has(":opensource", "<tool_sep"), TaggedFormats.Hunyuan),
        (Has("<arg_key>", "<role>"), TaggedFormats.Ling),
        (Has("<arg_key>", "</arg_key>\n"), TaggedFormats.Glm),
        (Has("<arg_key>", "</arg_key>\\n"), TaggedFormats.Glm),
        (Has("<arg_key>"), TaggedFormats.GlmDense),
        (Has("<|tool_call>", "call:"), ToolFormatTable.Gemma4),
        (Has("<|tool_call_start|>"), ToolFormatTable.Lfm2),
        (Has("<|tool_list_start|>"), ToolFormatTable.Lfm2),
        (Has("List of tools: [", "<|im_start|>"), ToolFormatTable.Lfm2),
        (Has("<atem:"), TaggedFormats.Muse),
        (Has("<function name=", "<param name="), TaggedFormats.MiniCpm),
        (Has("<tool_call>", "<function="), TaggedFormats.QwenCoder),
        (Has(">>>all"), ToolFormatTable.Functionary32),
        (Has("<function="), ToolFormatTable.Functionary31),
        (Has("functools["), ToolFormatTable.Firefunction),
        (Has("<|function_call|>"), ToolFormatTable.GigaChat31),
        (Has("function call", "<|role_sep|>"), ToolFormatTable.GigaChat3),
        (Has("<TOOLCALL>"), ToolFormatTable.NemotronV2),
        (Has("<|tools_prefix|>"), ToolFormatTable.Apertus),
        (Has("<|tool_call:begin|>"), ToolFormatTable.Solar),
        (Has("[TOOL_CALLS]", "[CALL_ID]"), ToolFormatTable.MistralCallId),
        (Has("[TOOL_CALLS]", "[ARGS]"), ToolFormatTable.MistralArguments),
        (Has("[TOOL_CALLS]"), ToolFormatTable.MistralArray),
        (Has("<tool_calls>["), ToolFormatTable.Apriel),
        (Has("<tool_calls>"), ToolFormatTable.MiniMaxM1),
        (Has("<tool_call>"), ToolFormatTable.Hermes),
        (Has("<|tool_call|>"), ToolFormatTable.Granite),
        (Has("[func_name1("), ToolFormatTable.LlamaPython),
        (Has("<|start_header_id|>", "parameters"), ToolFormatTable.Llama),
    ];

    // Text of past calls in templates: without it they are left out.
    private const string CallsVariable = "tool_calls";

    /// <summary>
    /// The format that a template renders; the generic one when it knows none.
    /// </summary>
    /// <param name="templateSource">Source of the model's template; null when it has none.</param>
    public static IToolFormat Recognise(string? templateSource)
    {
        string source = templateSource ?? "";
        if (source.Contains(HarmonyFormat.ChannelMark, StringComparison.Ordinal) && source.Contains(HarmonyFormat.MessageMark, StringComparison.Ordinal))
        {
            return new HarmonyFormat();
        }

        CallSyntax syntax = Rows.FirstOrDefault(row => row.Detect(source)).Syntax ?? ToolFormatTable.Generic;
        ReasoningFormat reasoning = syntax.Reasoning is { } own && (own != ToolFormatTable.MistralArray.Reasoning || source.Contains(own.Open, StringComparison.Ordinal))
            ? own
            : ReasoningFormat.Think;
        bool known = syntax.Name != ToolFormatTable.Generic.Name;
        return new BlockFormat(syntax, reasoning with { IsInTemplate = Mentions(source, reasoning) })
        {
            TemplateDescribesTools = known && source.Contains("tools", StringComparison.Ordinal),
            TemplateRendersCalls = known && source.Contains(CallsVariable, StringComparison.Ordinal),
            TemplateRendersResults = known && (source.Contains("'tool'", StringComparison.Ordinal) || source.Contains("\"tool\"", StringComparison.Ordinal)),
        };
    }

    private static bool Mentions(string source, ReasoningFormat reasoning) =>
        source.Contains(reasoning.Open, StringComparison.Ordinal) || source.Contains(reasoning.Close, StringComparison.Ordinal)
        // Templates that put their marks together from parts.
        || source.Contains("reasoning_content", StringComparison.Ordinal);

    private static Func<string, bool> Has(params string[] texts) => source => texts.All(text => source.Contains(text, StringComparison.Ordinal));
}
