using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// Fields that ask for something this server does not do and whose silent loss would give a wrong answer: they are refused by
/// name unless their value asks for nothing. Everything else unknown is ignored, because clients send vendor fields.
/// </summary>
internal sealed class UnsupportedFields
{
    private const string NoChoices = "there is one answer";
    private const string NoTools = "tool calls are not supported";
    private const string NoConstraint = "constrained output is not supported";
    private const string NoTokenControl = "control over single tokens is not supported";
    private const string NoLogProbabilities = "log probabilities are not supported";

    private static readonly Row[] Shared =
    [
        new("response_format", IsTextFormat, "only {\"type\":\"text\"} is supported"),
        new("grammar", IsEmpty, NoConstraint),
        new("json_schema", IsEmpty, NoConstraint),
        new("regex", IsEmpty, NoConstraint),
        new("structured_outputs", IsEmpty, NoConstraint),
        new("guided_json", IsEmpty, NoConstraint),
        new("guided_regex", IsEmpty, NoConstraint),
        new("guided_choice", IsEmpty, NoConstraint),
        new("guided_grammar", IsEmpty, NoConstraint),
        new("bad_words", IsEmpty, NoTokenControl),
        new("allowed_token_ids", IsEmpty, NoTokenControl),
        new("stop_token_ids", IsEmpty, NoTokenControl),
        new("min_tokens", IsZero, NoTokenControl),
        new("use_beam_search", IsFalse, "beam search is not supported"),
        new("lora", IsEmpty, "adapters are not supported"),
        // A template is a program, and a negative n_discard was an out-of-bounds write elsewhere (CVE-2026-21869): never from a request.
        new("chat_template", IsNothing, "a template is never taken from a request; start the server with --chat-template"),
        new("n_discard", IsZero, "it is never taken from a request"),
    ];

    private readonly Row[] _rows;

    private UnsupportedFields(params Row[] own) => _rows = [.. Shared, .. own];

    /// <summary>Those of chat requests.</summary>
    public static UnsupportedFields Chat { get; } = new(
        new("tools", IsEmpty, NoTools),
        new("tool_choice", IsNoneOrAuto, NoTools),
        new("functions", IsEmpty, NoTools),
        new("function_call", IsNoneOrAuto, NoTools),
        new("logprobs", IsFalse, NoLogProbabilities),
        new("top_logprobs", IsZero, NoLogProbabilities),
        new("modalities", IsTextOnly, "only [\"text\"] is supported"),
        new("continue_final_message", IsFalse, "a final assistant message cannot be continued"));

    /// <summary>Those of text completions.</summary>
    public static UnsupportedFields Completions { get; } = new(
        new("echo", IsFalse, "the prompt is not sent back"),
        new("suffix", IsEmpty, "text cannot be filled in between prompt and suffix"),
        new("logprobs", IsFalse, NoLogProbabilities)); // 0 asks for those of the chosen tokens

    /// <summary>Those of responses.</summary>
    public static UnsupportedFields Responses { get; } = new(
        new("n", IsOne, NoChoices),
        new("conversation", IsNothing, "this server keeps no conversations; use 'previous_response_id'"),
        new("prompt", IsNothing, "this server keeps no prompts; send 'instructions' and 'input'"),
        new("response_format", IsNothing, "the Responses API has 'text.format' for it"));

    /// <summary>Those of Anthropic's API.</summary>
    public static UnsupportedFields Messages { get; } = new(
        new("n", IsOne, NoChoices),
        new("container", IsNothing, "this server has no tools of its own"),
        new("mcp_servers", IsEmpty, "this server has no tools of its own"));

    /// <summary>The names that <see cref="Check"/> looks at.</summary>
    public IEnumerable<string> Names => _rows.Select(row => row.Name);

    /// <summary>Notes an error for each field that asks for something unsupported.</summary>
    public void Check(JsonFields fields, RequestErrors errors)
    {
        foreach (Row row in _rows)
        {
            if (fields.Get(row.Name) is { } value && !row.AsksForNothing(value))
            {
                errors.AddUnsupported(row.Name, $"'{row.Name}' cannot be honoured: {row.Reason}.");
            }
        }
    }

    private static bool IsNothing(JsonElement value) => false; // null never comes here

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsOne(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 1;

    private static bool IsZero(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0;

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""u8),
        _ => false,
    };

    private static bool IsNoneOrAuto(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && (value.ValueEquals("none"u8) || value.ValueEquals("auto"u8));

    private static bool IsTextFormat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("type"u8, out JsonElement type)
        && IsText(type);

    private static bool IsTextOnly(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText);

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("text"u8);

    private readonly record struct Row(string Name, Func<JsonElement, bool> AsksForNothing, string Reason);
}
