using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.ToolFormats;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>
/// What a family writes, by hand: the text of calls as its template renders them for a history, and what of the template makes it
/// recognised.
/// </summary>
/// <param name="Name">Name of the format.</param>
/// <param name="Template">A text with the marks that the family's template has.</param>
internal sealed record FormatSample(string Name, string Template)
{
    /// <summary>Tools of all samples.</summary>
    public static IReadOnlyList<ChatTool> Tools { get; } =
    [
        new("get_weather", "Weather", Parse(
            """
            {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "opts": {"type": "object", "properties": {"a": {"type": "array"}}},
             "flag": {"type": "boolean"}}, "required": ["city"], "additionalProperties": false}
            """)),
        new("write_file", null, Parse("""{"type": "object", "properties": {"text": {"type": "string"}, "meta": {"type": "object"}}, "required": ["text"], "additionalProperties": false}""")),
        new("now", null, null),
    ];

    /// <summary>Arguments of the first and the second call of <see cref="Two"/>; in formats with JSON byte by byte.</summary>
    public static IReadOnlyList<string> TwoArguments { get; } =
    [
        """{"city": "Paris", "days": 3, "opts": {"a": [1, "x"]}, "flag": true}""",
        """{"city": "Zürich", "days": 4, "opts": {"a": [1, "x"]}, "flag": true}""",
    ];

    /// <summary>Arguments of <see cref="Nested"/>.</summary>
    public const string NestedArguments = """{"text": "{\"a\": [1}] 'q' <b> </tool 日本\n\tend", "meta": {"k": {"l": "}{"}, "n": -1.5e3}}""";

    /// <summary>Two calls of get_weather.</summary>
    public required string Two { get; init; }

    /// <summary>A call of write_file with braces, quotes, line ends and unicode in a string, and an object; see <see cref="NestedArguments"/>.</summary>
    public required string Nested { get; init; }

    /// <summary>A call of now without arguments.</summary>
    public required string Empty { get; init; }

    /// <summary>End of the prompt.</summary>
    public string PromptEnd { get; init; } = "\n";

    /// <summary>What the model writes before content that begins its answer.</summary>
    public string ContentOpen { get; init; } = "";

    /// <summary>What the model writes between content and a call.</summary>
    public string ContentClose { get; init; } = "\n";

    /// <summary>Opening and closing mark of the reasoning.</summary>
    public (string Open, string Close) Think { get; init; } = ("<think>\n", "\n</think>\n\n");

    /// <summary>Whether text is never taken for a call when other text stands before it.</summary>
    public bool OnlyAtStart { get; init; }

    /// <summary>Whether an answer has one call at most.</summary>
    public bool Single { get; init; }

    /// <summary>Whether calls end reasoning.</summary>
    public bool CallsEndReasoning { get; init; }

    /// <summary>Ids that the model gives.</summary>
    public IReadOnlyList<string> Ids { get; init; } = ["", ""];

    /// <summary>The format that the template is recognised as.</summary>
    public IToolFormat Format => ToolFormatRegistry.Recognise(Template);

    /// <summary>Runs the format's parser over a text in pieces.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="cut">Length of the next piece in bytes.</param>
    /// <param name="options">Null: all tools, and this prompt.</param>
    public RecordingSink Parse(string text, Func<int> cut, ToolParseOptions? options = null)
    {
        IChatOutputParser parser = Format.CreateParser(options ?? new ToolParseOptions { Tools = Tools, PromptEnd = PromptEnd });
        var sink = new RecordingSink();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (!rest.IsEmpty)
        {
            int length = Math.Min(rest.Length, cut());
            parser.Push(rest[..length], sink);
            rest = rest[length..];
        }

        parser.Complete(sink);
        return sink;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
