namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// Chat templates that can be chosen by name (<c>--chat-template</c>), for models that bring none: roles and contents, no tools.
/// Names and formats are those of llama.cpp's built-in ones; a test holds them against these.
/// </summary>
internal static class NamedTemplates
{
    private static readonly Dictionary<string, Func<string>> Sources = new(StringComparer.Ordinal)
    {
        ["chatml"] = () => Uniform("<|im_start|>", "\n", "<|im_end|>\n", "<|im_start|>assistant\n"),
        ["phi3"] = () => Uniform("<|", "|>\n", "<|end|>\n", "<|assistant|>\n"),
        ["phi4"] = () => Uniform("<|im_start|>", "<|im_sep|>", "<|im_end|>", "<|im_start|>assistant<|im_sep|>"),
        ["falcon3"] = () => Uniform("<|", "|>\n", "\n", "<|assistant|>\n"),
        ["zephyr"] = () => Uniform("<|", "|>\n", "<|endoftext|>\n", "<|assistant|>\n"),
        ["llama3"] = () => Uniform("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n", trim: true),
        ["llama4"] = () => Uniform("<|header_start|>", "<|header_end|>\n\n", "<|eot|>", "<|header_start|>assistant<|header_end|>\n\n", trim: true),
        ["chatglm3"] = () => Uniform("<|", "|>\n ", "", "<|assistant|>", begin: "[gMASK]sop"),
        ["chatglm4"] = () => Uniform("<|", "|>\n", "", "<|assistant|>\n", begin: "[gMASK]<sop>"),
        ["glmedge"] = () => Uniform("<|", "|>\n", "", "<|assistant|>"),
        ["exaone-moe"] = () => Uniform("<|", "|>\n", "<|endofturn|>\n", "<|assistant|>\n", trim: true),
        ["granite"] = () => Uniform("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n", "<|start_of_role|>assistant<|end_of_role|>"),
        ["granite-4.0"] = () => Uniform("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n", "<|start_of_role|>assistant<|end_of_role|>"),
        ["granite-4.1"] = () => Uniform("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n", "<|start_of_role|>assistant<|end_of_role|>"),
        ["megrez"] = () => Uniform("<|role_start|>", "<|role_end|>", "<|turn_end|>", "<|role_start|>assistant<|role_end|>"),
        ["solar-open"] = () => Uniform("<|begin|>", "<|content|>", "<|end|>", "<|begin|>assistant"),
        ["mistral-v7"] = () => ByRole(("[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]"), ("[INST] ", "[/INST]"), (" ", "</s>"), ""),
        ["mistral-v7-tekken"] = () => ByRole(("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"), ("[INST]", "[/INST]"), ("", "</s>"), ""),
        ["vicuna"] = () => ByRole(("", "\n\n"), ("USER: ", "\n"), ("ASSISTANT: ", "</s>\n"), "ASSISTANT:"),
        ["vicuna-orca"] = () => ByRole(("SYSTEM: ", "\n"), ("USER: ", "\n"), ("ASSISTANT: ", "</s>\n"), "ASSISTANT:"),
        ["openchat"] = () => ByRole(("", "<|end_of_turn|>"), ("GPT4 Correct User: ", "<|end_of_turn|>"), ("GPT4 Correct Assistant: ", "<|end_of_turn|>"), "GPT4 Correct Assistant:"),
        ["deepseek"] = () => ByRole(("", ""), ("### Instruction:\n", "\n"), ("### Response:\n", "\n<|EOT|>\n"), "### Response:\n"),
        ["deepseek2"] = () => ByRole(("", "\n\n"), ("User: ", "\n\n"), ("Assistant: ", "<｜end▁of▁sentence｜>"), "Assistant:"),
        ["deepseek3"] = () => ByRole(("", "\n\n"), ("<｜User｜>", ""), ("<｜Assistant｜>", "<｜end▁of▁sentence｜>"), "<｜Assistant｜>"),
        ["command-r"] = () => ByRole(
            ("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", "<|END_OF_TURN_TOKEN|>"), ("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
            ("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"), "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", trim: true),
        ["exaone3"] = () => ByRole(("[|system|]", "[|endofturn|]\n"), ("[|user|]", "\n"), ("[|assistant|]", "[|endofturn|]\n"), "[|assistant|]", trim: true),
        ["exaone4"] = () => ByRole(("[|system|]", "[|endofturn|]\n"), ("[|user|]", "\n"), ("[|assistant|]", "[|endofturn|]\n"), "[|assistant|]", trim: true),
        ["minicpm"] = () => ByRole(("", ""), ("<用户>", "<AI>"), ("", ""), "", trim: true),
        ["smolvlm"] = () => ByRole(("", "\n\n"), ("User: ", "<end_of_utterance>\n"), ("Assistant: ", "<end_of_utterance>\n"), "Assistant:", begin: "<|im_start|>"),
        ["hunyuan-moe"] = () => ByRole(("<|startoftext|>", "<|extra_4|>"), ("<|startoftext|>", "<|extra_0|>"), ("", "<|eos|>"), ""),
        ["gpt-oss"] = () => ByRole(
            ("<|start|>system<|message|>", "<|end|>"), ("<|start|>user<|message|>", "<|end|>"), ("<|start|>assistant<|message|>", "<|return|>"), "<|start|>assistant"),
        ["kimi-k2"] = () => ByRole(
            ("<|im_system|>system<|im_middle|>", "<|im_end|>"), ("<|im_user|>user<|im_middle|>", "<|im_end|>"),
            ("<|im_assistant|>assistant<|im_middle|>", "<|im_end|>"), "<|im_assistant|>assistant<|im_middle|>"),
        ["llama2"] = () => Llama2(("", "\n"), "[INST] ", trim: false),
        ["llama2-sys"] = () => Llama2(("<<SYS>>\n", "\n<</SYS>>\n\n"), "[INST] ", trim: false),
        ["llama2-sys-bos"] = () => Llama2(("<<SYS>>\n", "\n<</SYS>>\n\n"), "<s>[INST] ", trim: false),
        ["llama2-sys-strip"] = () => Llama2(("<<SYS>>\n", "\n<</SYS>>\n\n"), "[INST] ", trim: true),
        ["mistral-v1"] = () => Mistral(" [INST] ", " [/INST]", " ", trimAnswer: false),
        ["mistral-v3"] = () => Mistral("[INST] ", "[/INST]", " ", trimAnswer: true),
        ["mistral-v3-tekken"] = () => Mistral("[INST]", "[/INST]", "", trimAnswer: false),
        ["gemma"] = () => """
            {% set ns = namespace(system='') %}
            {% for message in messages %}
            {% if message['role'] == 'system' %}
            {% set ns.system = ns.system + (message['content'] | trim) %}
            {% else %}
            {% set role = 'model' if message['role'] == 'assistant' else message['role'] %}
            {{- '<start_of_turn>' + role + '\n' }}
            {%- if ns.system and role != 'model' %}{{ ns.system + '\n\n' }}{% set ns.system = '' %}{% endif %}
            {{- (message['content'] | trim) + '<end_of_turn>\n' -}}
            {% endif %}
            {% endfor %}
            {%- if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}
            """,
        ["orion"] = () => """
            {% set ns = namespace(system='') %}
            {% for message in messages %}
            {% if message['role'] == 'system' %}
            {% set ns.system = ns.system + message['content'] %}
            {% elif message['role'] == 'user' %}
            {{- 'Human: ' }}{% if ns.system %}{{ ns.system + '\n\n' }}{% set ns.system = '' %}{% endif %}
            {{- message['content'] + '\n\nAssistant: </s>' -}}
            {% else %}
            {{- message['content'] + '</s>' -}}
            {% endif %}
            {% endfor %}
            """,
        ["monarch"] = () => """
            {% for message in messages %}
            {{- ('' if loop.first else '<s>') + message['role'] + '\n' + message['content'] + '</s>\n' -}}
            {% endfor %}
            {%- if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}
            """,
        ["rwkv-world"] = () => """
            {% for message in messages %}
            {{- {'system': 'System', 'user': 'User', 'assistant': 'Assistant'}[message['role']] + ': ' + (message['content'] | trim) + '\n\n' -}}
            {% endfor %}
            {%- if messages[-1]['role'] == 'user' %}{{ 'Assistant:' }}{% endif %}
            """,
    };

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Sources.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The Jinja source of a name; null when there is no such name.</summary>
    public static string? Find(string name) => Sources.TryGetValue(name, out Func<string>? source) ? source() : null;

    /// <summary>All roles alike: their name between two markers.</summary>
    private static string Uniform(string before, string after, string end, string generation, bool trim = false, string begin = "") =>
        (begin.Length > 0 ? Output(begin) : "")
        + "{% for message in messages %}{{ " + Literal(before) + " + message['role'] + " + Literal(after) + " + " + Content(trim) + " + " + Literal(end) + " }}{% endfor %}"
        + Generation(generation);

    /// <summary>A prefix and a suffix for each of three roles; other roles are as the user's.</summary>
    private static string ByRole((string, string) system, (string, string) user, (string, string) assistant, string generation, bool trim = false, string begin = "") =>
        (begin.Length > 0 ? Output(begin) : "")
        + "{% for message in messages %}"
        + "{% if message['role'] == 'system' %}" + Turn(system, trim)
        + "{% elif message['role'] == 'assistant' %}" + Turn(assistant, trim)
        + "{% else %}" + Turn(user, trim) + "{% endif %}{% endfor %}"
        + Generation(generation);

    private static string Llama2((string, string) system, string again, bool trim) =>
        Output("[INST] ") + "{% set ns = namespace(inside=true) %}{% for message in messages %}"
        + "{% if not ns.inside %}" + Output(again) + "{% set ns.inside = true %}{% endif %}"
        + "{% if message['role'] == 'system' %}" + Turn(system, trim)
        + "{% elif message['role'] == 'user' %}" + Turn(("", " [/INST]"), trim)
        + "{% else %}" + Turn(("", "</s>"), trim) + "{% set ns.inside = false %}{% endif %}{% endfor %}";

    private static string Mistral(string open, string close, string space, bool trimAnswer) =>
        "{% set ns = namespace(inside=false) %}{% for message in messages %}"
        + "{% if not ns.inside %}" + Output(open) + "{% set ns.inside = true %}{% endif %}"
        + "{% if message['role'] == 'system' %}" + Turn(("", "\n\n"), trim: false)
        + "{% elif message['role'] == 'user' %}" + Turn(("", close), trim: false)
        + "{% else %}" + Turn((space, "</s>"), trimAnswer) + "{% set ns.inside = false %}{% endif %}{% endfor %}";

    private static string Turn((string Prefix, string Suffix) turn, bool trim) =>
        "{{ " + Literal(turn.Prefix) + " + " + Content(trim) + " + " + Literal(turn.Suffix) + " }}";

    private static string Content(bool trim) => trim ? "(message['content'] | trim)" : "message['content']";

    private static string Generation(string text) => text.Length == 0 ? "" : "{% if add_generation_prompt %}" + Output(text) + "{% endif %}";

    private static string Output(string text) => "{{ " + Literal(text) + " }}";

    private static string Literal(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "'";
}
