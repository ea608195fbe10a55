using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>Reads the messages of a chat request: types and required fields. What they mean together is the validator's. Any thread.</summary>
internal static class ChatMessageReader
{
    private const string Field = "messages";

    private static readonly FrozenSet<string> MessageNames = new[]
    {
        "role", "content", "tool_calls", "function_call", "tool_call_id", "name", "reasoning_content", "reasoning", "refusal", "audio",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> CallNames = new[] { "id", "type", "function" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> FunctionNames = new[] { "name", "arguments" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads all messages, up to the first mistake.</summary>
    public static List<ChatRequestMessage> Read(JsonFields fields, RequestErrors errors)
    {
        var messages = new List<ChatRequestMessage>();
        if (fields.Get(Field) is not { } array)
        {
            errors.AddMissing(Field, $"'{Field}' is required: an array with at least one message.");
            return messages;
        }

        ElementList.ForEach(array, Field, "an array", errors, (element, path) => messages.Add(ReadMessage(element, path, errors)));
        return messages;
    }

    private static ChatRequestMessage ReadMessage(JsonElement element, string path, RequestErrors errors)
    {
        var fields = new JsonFields(element, path, MessageNames, errors);

        // Dropping it would hide from the model what it said before.
        if (fields.Get("audio") is not null)
        {
            errors.AddUnsupported(fields.PathOf("audio"), $"'{fields.PathOf("audio")}' cannot be honoured: only text is supported.");
        }

        return new ChatRequestMessage
        {
            Role = Require(fields, "role", errors),
            Content = fields.Get("content"),
            ToolCalls = ReadCalls(fields, errors),
            FunctionCall = fields.Get("function_call") is { } call ? ReadFunction(call, fields.PathOf("function_call"), errors) : null,
            ToolCallId = fields.GetString("tool_call_id"),
            Name = fields.GetString("name"),

            // The one is DeepSeek's and llama-server's name, the other vLLM's.
            Reasoning = fields.GetString("reasoning_content") ?? fields.GetString("reasoning"),
            Refusal = fields.GetString("refusal"),
        };
    }

    private static List<ChatRequestToolCall>? ReadCalls(JsonFields message, RequestErrors errors)
    {
        if (message.Get("tool_calls") is not { } array)
        {
            return null;
        }

        var calls = new List<ChatRequestToolCall>();
        ElementList.ForEach(array, message.PathOf("tool_calls"), "an array of calls", errors, (element, path) =>
        {
            var fields = new JsonFields(element, path, CallNames, errors);
            string? type = fields.GetString("type");
            if (type is not null and not "function")
            {
                errors.AddUnsupported($"{path}.type", $"'{path}.type' must be \"function\": this server knows no other calls.");
            }

            if (fields.Get("function") is not { } function)
            {
                errors.AddMissing($"{path}.function", $"'{path}.function' is required: an object with 'name' and 'arguments'.");
                return;
            }

            calls.Add(new ChatRequestToolCall { Id = Require(fields, "id", errors), Type = type, Function = ReadFunction(function, $"{path}.function", errors) });
        });
        return calls;
    }

    private static ChatRequestFunction ReadFunction(JsonElement element, string path, RequestErrors errors)
    {
        var fields = new JsonFields(element, path, FunctionNames, errors);
        return new ChatRequestFunction { Name = Require(fields, "name", errors), Arguments = Require(fields, "arguments", errors) };
    }

    private static string Require(JsonFields fields, string name, RequestErrors errors)
    {
        string? value = fields.GetString(name);
        if (value is null)
        {
            errors.AddMissing(fields.PathOf(name), $"'{fields.PathOf(name)}' is required.");
        }

        return value ?? "";
    }
}
