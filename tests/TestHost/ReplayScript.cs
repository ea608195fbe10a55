using System.Text.Json;
using MistralServe.Inference;

namespace MistralServe.TestHost;

/// <summary>One answer of a script.</summary>
/// <param name="When">Text that the conversation's last message holds.</param>
/// <param name="Text">What the model writes then, marks of control tokens included.</param>
/// <param name="IsSpelled">Whether it writes the marks letter by letter: then no constraint sees a call begin, and anything may follow.</param>
internal sealed record ReplayAnswer(string When, string Text, bool IsSpelled = false);

/// <summary>
/// What a scripted model says. A JSON object:
/// <code>
/// { "rejoin":   "text behind which an answer goes on although a constraint has led away from it",
///   "template": "Jinja; ChatML with tools when absent",
///   "markers":  ["&lt;think&gt;", "texts that are single control tokens of the vocabulary"],
///   "opening":  "what the template opens an answer with", "turn": "what begins each turn", "end": "the end-of-generation token",
///   "pieces":   ["longer texts that are single tokens, and no control tokens"],
///   "answers":  [ { "when": "text of the last message", "text": "the answer", "spelled": false } ], "otherwise": "any other answer",
///   "capabilities": "what the model can do beside text: ImageInput, AudioInput, AudioOutput, with commas" }
/// </code>
/// Immutable.
/// </summary>
internal sealed record ReplayScript
{
    /// <summary>A template in the way of Hermes and Qwen models: ChatML, tools in the system text, calls in tags.</summary>
    public const string DefaultTemplate = """
        {%- if tools %}<|im_start|>system
        {% if messages[0].role == 'system' %}{{ messages[0].content + '\n\n' }}{% endif %}# Tools
        <tools>{% for tool in tools %}
        {{ tool | tojson }}{% endfor %}
        </tools>
        Call as <tool_call>
        {"name": <function-name>, "arguments": <args-json-object>}
        </tool_call><|im_end|>
        {% elif messages[0].role == 'system' %}<|im_start|>system
        {{ messages[0].content }}<|im_end|>
        {% endif %}
        {%- for message in messages %}
        {%- if message.role == 'tool' %}<|im_start|>user
        <tool_response>
        {{ message.content }}
        </tool_response><|im_end|>
        {% elif message.role == 'assistant' %}<|im_start|>assistant
        {% if message.reasoning_content %}<think>
        {{ message.reasoning_content }}
        </think>

        {% endif %}{% if message.content %}{{ message.content }}{% endif %}
        {%- for call in message.tool_calls %}
        <tool_call>
        {{ {'name': call.function.name, 'arguments': call.function.arguments} | tojson }}
        </tool_call>
        {%- endfor %}<|im_end|>
        {% elif message.role == 'user' %}<|im_start|>user
        {{ message.content }}<|im_end|>
        {% endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    /// <summary>The chat template.</summary>
    public string Template { get; init; } = DefaultTemplate;

    /// <summary>The chat template for conversations with tools; null when there is one for all.</summary>
    public string? ToolTemplate { get; init; }

    /// <summary>Texts that are control tokens of their own, beside <see cref="Turn"/> and <see cref="End"/>.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Texts, besides all bytes, that are tokens of their own.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>What the template opens an answer with.</summary>
    public string Opening { get; init; } = "<|im_start|>assistant\n";

    /// <summary>What begins each turn.</summary>
    public string Turn { get; init; } = "<|im_start|>";

    /// <summary>The end-of-generation token.</summary>
    public string End { get; init; } = "<|im_end|>";

    /// <summary>The answers; the first whose condition holds is given.</summary>
    public IReadOnlyList<ReplayAnswer> Answers { get; init; } = [];

    /// <summary>The answer where no condition holds.</summary>
    public string Otherwise { get; init; } = "The script has no answer.";

    /// <summary>
    /// Text behind which the model finds back into its answer when a constraint has led it away, for example the end of a block of reasoning; empty
    /// when it never does.
    /// </summary>
    public string Rejoin { get; init; } = "";

    /// <summary>What the model can do beside text.</summary>
    public ModelCapabilities Capabilities { get; init; }

    /// <summary>Reads a script; a file that is none ends the program with the exception.</summary>
    public static ReplayScript Load(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        var script = new ReplayScript();
        return script with
        {
            Template = Read(root, "template", script.Template),
            Opening = Read(root, "opening", script.Opening),
            Turn = Read(root, "turn", script.Turn),
            End = Read(root, "end", script.End),
            Otherwise = Read(root, "otherwise", script.Otherwise),
            Rejoin = Read(root, "rejoin", script.Rejoin),
            Capabilities = Enum.Parse<ModelCapabilities>(Read(root, "capabilities", nameof(ModelCapabilities.None))),
            Markers = ReadList(root, "markers"),
            Pieces = ReadList(root, "pieces"),
            Answers =
            [
                .. root.GetProperty("answers").EnumerateArray()
                    .Select(answer => new ReplayAnswer(
                        answer.GetProperty("when").GetString()!, answer.GetProperty("text").GetString()!,
                        answer.TryGetProperty("spelled", out JsonElement spelled) && spelled.GetBoolean())),
            ],
        };
    }

    /// <summary>The answer to a prompt.</summary>
    /// <param name="prompt">The prompt's text, up to <see cref="Opening"/>.</param>
    public ReplayAnswer FindAnswer(string prompt)
    {
        string last = prompt[Math.Max(0, prompt.LastIndexOf(Turn, StringComparison.Ordinal))..];
        return Answers.FirstOrDefault(answer => last.Contains(answer.When, StringComparison.Ordinal)) ?? new ReplayAnswer("", Otherwise);
    }

    private static string[] ReadList(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(text => text.GetString()!)] : [];

    private static string Read(JsonElement root, string name, string whenAbsent) =>
        root.TryGetProperty(name, out JsonElement value) ? value.GetString()! : whenAbsent;
}
