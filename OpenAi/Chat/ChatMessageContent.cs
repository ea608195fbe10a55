using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Chat;

/// <summary>Reduces the messages of a request to role and text. Any thread.</summary>
internal static class ChatMessageContent
{
    // What a template sees. Its own vocabulary has no developer, which OpenAI defines as the newer word for system.
    private static readonly FrozenDictionary<string, string> TemplateRoles = new Dictionary<string, string>
    {
        ["developer"] = "system",
        ["system"] = "system",
        ["user"] = "user",
        ["assistant"] = "assistant",
        ["tool"] = "tool",
        ["function"] = "tool",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> PartNames =
        new[] { "type", "text", "refusal" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Converts all messages, up to the first mistake.</summary>
    public static List<ChatMessage> ToMessages(IReadOnlyList<ChatRequestMessage> messages, RequestErrors errors)
    {
        if (messages.Count == 0)
        {
            errors.AddInvalidValue("messages", "'messages' must have at least one message.");
        }

        var converted = new List<ChatMessage>(messages.Count);
        for (int i = 0; i < messages.Count && errors.First is null; i++)
        {
            ChatRequestMessage message = messages[i];
            if (!TemplateRoles.TryGetValue(message.Role, out string? role))
            {
                errors.AddInvalidValue(
                    $"messages[{i}].role", $"'messages[{i}].role' must be one of developer, system, user, assistant, tool, function.");
            }

            string text = ToText(message.Content, message.Role, $"messages[{i}].content", errors);
            converted.Add(new ChatMessage(role ?? "", text));
        }

        return converted;
    }

    private static string ToText(JsonElement? content, string role, string path, RequestErrors errors)
    {
        switch (content?.ValueKind)
        {
            case JsonValueKind.String:
                return content.Value.GetString()!;
            case JsonValueKind.Array when content.Value.GetArrayLength() > 0:
                return JoinParts(content.Value, role, path, errors);
            case JsonValueKind.Array:
                errors.AddInvalidValue(path, $"'{path}' must have at least one part.");
                return "";
            case null:
                errors.AddMissing(path, $"'{path}' is required: a string, or an array of text parts.");
                return "";
            default:
                errors.AddInvalidType(
                    path, $"'{path}' must be a string or an array of text parts, not {JsonFields.Describe(content.Value.ValueKind)}.");
                return "";
        }
    }

    // Parts become lines, as in llama-server and vLLM: a prompt written for one of them reads the same here.
    private static string JoinParts(JsonElement parts, string role, string path, RequestErrors errors)
    {
        var texts = new List<string>();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            string? text = ReadPart(part, role, $"{path}[{texts.Count}]", errors);
            if (text is null)
            {
                return "";
            }

            texts.Add(text);
        }

        return string.Join('\n', texts);
    }

    private static string? ReadPart(JsonElement part, string role, string path, RequestErrors errors)
    {
        var fields = new JsonFields(part, path, PartNames, errors);
        string? type = fields.GetString("type");
        string? textField = type switch
        {
            "text" => "text",
            "refusal" when role == "assistant" => "refusal",
            _ => null,
        };
        if (type is null)
        {
            errors.AddMissing(fields.PathOf("type"), $"'{fields.PathOf("type")}' is required.");
            return null;
        }

        if (textField is null)
        {
            errors.AddUnsupported(path, $"'{path}' is no text part; this model takes only text.");
            return null;
        }

        string? text = fields.GetString(textField);
        if (text is null)
        {
            errors.AddMissing(fields.PathOf(textField), $"'{fields.PathOf(textField)}' is required.");
        }

        return text;
    }
}
