using System.Collections.Frozen;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Chat templates for models whose file has none, by the names that llama.cpp gives them. They know roles and contents; tools are described in
/// the system text. The beginning-of-sequence token is not in them: the tokeniser adds it where the vocabulary asks for it. Source: the
/// formats' publishers, as llama.cpp's llama-chat.cpp (v0.5.0) writes them.
/// </summary>
internal static class BuiltInTemplates
{
    private static readonly FrozenDictionary<string, Turns> Rows = new Dictionary<string, Turns>
    {
        ["chatml"] = Turns.Named("<|im_start|>", "\n", "<|im_end|>\n"),
        ["command-r"] = new(
            ("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", "<|END_OF_TURN_TOKEN|>"), ("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
            ("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>")),
        ["deepseek2"] = new(("", "\n\n"), ("User: ", "\n\n"), ("Assistant: ", "<｜end▁of▁sentence｜>")) { Opening = "Assistant:" },
        ["deepseek3"] = new(("", "\n\n"), ("<｜User｜>", ""), ("<｜Assistant｜>", "<｜end▁of▁sentence｜>")),
        ["exaone3"] = new(("[|system|]", "[|endofturn|]\n"), ("[|user|]", "\n"), ("[|assistant|]", "[|endofturn|]\n")),
        ["falcon3"] = Turns.Named("<|", "|>\n", "\n"),
        ["gemma"] = new(null, ("<start_of_turn>user\n", "<end_of_turn>\n"), ("<start_of_turn>model\n", "<end_of_turn>\n")),
        ["granite"] = Turns.Named("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n"),
        ["llama2"] = new(null, ("[INST] ", " [/INST]"), (" ", " </s>")) { Opening = "" },
        ["llama3"] = Turns.Named("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>"),
        ["llama4"] = Turns.Named("<|header_start|>", "<|header_end|>\n\n", "<|eot|>"),
        ["mistral-v1"] = new(null, (" [INST] ", " [/INST]"), (" ", "</s>")) { Opening = "" },
        ["mistral-v3"] = new(null, ("[INST] ", "[/INST]"), (" ", "</s>")) { Opening = "" },
        ["mistral-v7"] = new(("[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]"), ("[INST] ", "[/INST]"), (" ", "</s>")) { Opening = "" },
        ["openchat"] = new(("", "<|end_of_turn|>"), ("GPT4 Correct User: ", "<|end_of_turn|>"), ("GPT4 Correct Assistant: ", "<|end_of_turn|>")) { Opening = "GPT4 Correct Assistant:" },
        ["phi3"] = Turns.Named("<|", "|>\n", "<|end|>\n"),
        ["phi4"] = Turns.Named("<|im_start|>", "<|im_sep|>", "<|im_end|>"),
        ["vicuna"] = new(("", "\n\n"), ("USER: ", "\n"), ("ASSISTANT: ", "</s>\n")) { Opening = "ASSISTANT:" },
        ["zephyr"] = Turns.Named("<|", "|>\n", "<|endoftext|>\n"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rows.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The template of a name; null when there is none.</summary>
    public static string? Find(string name) => Rows.GetValueOrDefault(name)?.ToTemplate();

    /// <summary>What stands before and behind the messages of each role.</summary>
    /// <param name="System">Null for models without a system role: the text then begins the next user message.</param>
    /// <param name="User">Of users and tools.</param>
    /// <param name="Assistant">Of the model.</param>
    private sealed record Turns((string Before, string Behind)? System, (string Before, string Behind) User, (string Before, string Behind) Assistant)
    {
        /// <summary>What opens the model's turn; null means what stands before its messages.</summary>
        public string? Opening { get; init; }

        /// <summary>Turns that name their role.</summary>
        public static Turns Named(string open, string close, string end) =>
            new(($"{open}system{close}", end), ($"{open}user{close}", end), ($"{open}assistant{close}", end));

        public string ToTemplate()
        {
            // Where there is no system role the renderer finds that out, and puts the text before that of the user.
            string system = System is var (before, behind) ? $"{{{{ {Quote(before)} + message.content + {Quote(behind)} }}}}" : "";
            return $"{{% for message in messages %}}{{% if message.role == 'system' %}}{system}"
                + $"{{% elif message.role == 'assistant' %}}{{{{ {Quote(Assistant.Before)} + message.content + {Quote(Assistant.Behind)} }}}}"
                + $"{{% else %}}{{{{ {Quote(User.Before)} + message.content + {Quote(User.Behind)} }}}}{{% endif %}}"
                + $"{{% endfor %}}{{% if add_generation_prompt %}}{{{{ {Quote(Opening ?? Assistant.Before)} }}}}{{% endif %}}";
        }

        private static string Quote(string text) => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'";
    }
}
