using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Chat;

/// <summary>Turns the messages of a request into those of a conversation. Any thread.</summary>
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
            converted.Add(ToMessage(messages[i], i, errors));
        }

        return converted;
    }

    private static ChatMessage ToMessage(ChatRequestMessage message, int index, RequestErrors errors)
    {
        string path = $"messages[{index}]";
        if (!TemplateRoles.TryGetValue(message.Role, out string? role))
        {
            errors.AddInvalidValue($"{path}.role", $"'{path}.role' must be one of developer, system, user, assistant, tool, function.");
        }

        CheckRole(message, path, errors);
        IReadOnlyList<ChatToolCall> calls = ToCalls(message, index, path, errors);
        string? text = message.Content is null && message.Refusal is { } refusal ? refusal : null;
        text ??= message.Content is null && calls.Count > 0 ? "" : ToText(message.Content, message.Role, $"{path}.content", errors);
        return new ChatMessage(role ?? "", text)
        {
            ToolCalls = calls,
            ToolCallId = message.ToolCallId,
            Name = message.Name,
            Reasoning = message.Reasoning,
        };
    }

    // Fields of one role in a message of another would be lost without a word.
    private static void CheckRole(ChatRequestMessage message, string path, RequestErrors errors)
    {
        if (message.Role == "tool" && message.ToolCallId is null)
        {
            errors.AddMissing($"{path}.tool_call_id", $"'{path}.tool_call_id' is required: the id of the call that this message answers.");
        }

        if (message.Role == "function" && message.Name is null)
        {
            errors.AddMissing($"{path}.name", $"'{path}.name' is required: the name of the function that this message answers.");
        }

        if (message.Role == "assistant")
        {
            return;
        }

        foreach ((string name, bool isGiven) in (ReadOnlySpan<(string, bool)>)
            [("tool_calls", message.ToolCalls is { Count: > 0 }), ("function_call", message.FunctionCall is not null), ("refusal", message.Refusal is not null)])
        {
            if (isGiven)
            {
                errors.AddInvalidValue($"{path}.{name}", $"'{path}.{name}' belongs to messages of the role assistant only.");
            }
        }
    }

    private static IReadOnlyList<ChatToolCall> ToCalls(ChatRequestMessage message, int index, string path, RequestErrors errors)
    {
        if (message.FunctionCall is null && message.ToolCalls is null)
        {
            return [];
        }

        List<ChatToolCall> calls = [.. (message.ToolCalls ?? []).Select(call => new ChatToolCall(call.Id, call.Function.Name, call.Function.Arguments))];
        if (message.FunctionCall is { } function)
        {
            if (calls.Count > 0)
            {
                errors.AddInvalidValue($"{path}.function_call", $"'{path}.function_call' and '{path}.tool_calls' say the same in two ways; give one of them.");
            }

            // The deprecated form has no ids, and templates may want one.
            calls.Add(new ChatToolCall("call_" + index.ToString(CultureInfo.InvariantCulture), function.Name, function.Arguments));
        }

        return calls;
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
