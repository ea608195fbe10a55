using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// Fields that ask for something this server does not do and whose silent loss would give a wrong answer: they are refused by
/// name unless their value asks for nothing. Everything else unknown is ignored, because clients send vendor fields.
/// </summary>
internal sealed class UnsupportedFields
{
    private const string NoChoices = "there is one answer";

    private static readonly Row[] Shared =
    [
        new("guided_whitespace_pattern", IsEmpty, "white space is bounded by the server"),
        new("post_sampling_probs", IsFalse, "log probabilities are the model's own, before sampling"),
        new("return_token_ids", IsFalse, "use return_tokens"),
        new("truncate_prompt_tokens", IsNothing, "a prompt is never cut; send a shorter one"),
        new("use_beam_search", IsFalse, "beam search is not supported"),
        new("lora", IsEmpty, "adapters are not supported"),
        // A template is a program, and a negative n_discard was an out-of-bounds write elsewhere (CVE-2026-21869): never from a request.
        new("chat_template", IsNothing, "a template is never taken from a request; start the server with --chat-template"),
        new("n_discard", IsZero, "it is never taken from a request"),
    ];

    private static readonly Row[] OfConversations =
    [
        new("add_special_tokens", IsFalse, "the chat template writes them"),
        new("echo", IsFalse, "the prompt is no part of an answer"),
    ];

    private readonly Row[] _rows;

    private UnsupportedFields(Row[] own) => _rows = [.. Shared, .. own];

    /// <summary>Those of chat requests.</summary>
    public static UnsupportedFields Chat { get; } = new(
        [.. OfConversations, new("modalities", IsTextOnly, "only [\"text\"] is supported")]);

    /// <summary>Those of text completions.</summary>
    public static UnsupportedFields Completions { get; } = new([]);

    /// <summary>Those of responses.</summary>
    public static UnsupportedFields Responses { get; } = new(
    [
        .. OfConversations,
        new("n", IsOne, NoChoices),
        new("conversation", IsNothing, "this server keeps no conversations; use 'previous_response_id'"),
        new("prompt", IsNothing, "this server keeps no prompts; send 'instructions' and 'input'"),
        new("context_management", IsEmpty, "a conversation is never rewritten; 'truncation' drops its oldest turns"),
        new("response_format", IsNothing, "the Responses API has 'text.format' for it"),
    ]);

    /// <summary>Those of Anthropic's API.</summary>
    public static UnsupportedFields Messages { get; } = new(
    [
        .. OfConversations,
        new("n", IsOne, NoChoices),
        new("container", IsNothing, "this server has no tools of its own"),
        new("mcp_servers", IsEmpty, "this server has no tools of its own"),
    ]);

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

    private static bool IsTextOnly(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText);

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("text"u8);

    private readonly record struct Row(string Name, Func<JsonElement, bool> AsksForNothing, string Reason);
}
