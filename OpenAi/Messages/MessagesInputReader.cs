using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Messages;

/// <summary>Reads system prompt and messages of a request. One request, one thread.</summary>
/// <param name="errors">Where mistakes are noted.</param>
internal sealed class MessagesInputReader(RequestErrors errors)
{
    private static readonly FrozenSet<string> MessageNames = new[] { "role", "content" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> BlockNames =
        new[] { "type", "text", "id", "name", "input", "tool_use_id", "content", "thinking" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<ChatMessage> _messages = [];
    private readonly Dictionary<string, string> _toolNames = new(StringComparer.Ordinal);

    /// <summary>Reads both, up to the first mistake.</summary>
    public IReadOnlyList<ChatMessage> Read(JsonElement? system, JsonElement messages)
    {
        if (system is { } prompt)
        {
            _messages.Add(new ChatMessage("system", ReadText(prompt, "system")));
        }

        int before = _messages.Count;
        ElementList.ForEach(messages, "messages", "an array of messages", errors, ReadMessage);
        if (errors.First is null && _messages.Count == before)
        {
            errors.AddInvalidValue("messages", "'messages' must have at least one message.");
        }

        return _messages;
    }

    private void ReadMessage(JsonElement element, string path)
    {
        var fields = new JsonFields(element, path, MessageNames, errors);
        string? role = fields.GetString("role");
        if (role is null)
        {
            errors.AddMissing(fields.PathOf("role"), $"'{fields.PathOf("role")}' is required.");
        }

        string contentPath = fields.PathOf("content");
        if (fields.Get("content") is not { } content)
        {
            errors.AddMissing(contentPath, $"'{contentPath}' is required: a string, or an array of blocks.");
            return;
        }

        switch (role)
        {
            case "system":
                _messages.Add(new ChatMessage("system", ReadText(content, contentPath)));
                break;
            case "user":
                ReadUser(content, contentPath);
                break;
            case "assistant":
                ReadAssistant(content, contentPath);
                break;
            default:
                errors.AddInvalidValue(fields.PathOf("role"), $"'{fields.PathOf("role")}' must be user, assistant or system.");
                break;
        }
    }

    // Results of tools are messages of their own for a template; the text around them stays in its order.
    private void ReadUser(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            _messages.Add(new ChatMessage("user", content.GetString()!));
            return;
        }

        var text = new List<string>();
        ElementList.ForEach(content, path, "a string or an array of blocks", errors, (element, blockPath) =>
        {
            var block = new JsonFields(element, blockPath, BlockNames, errors);
            switch (block.GetString("type"))
            {
                case "text":
                    text.Add(Require(block, "text"));
                    break;
                case "tool_result":
                    AddText("user", text);
                    string id = Require(block, "tool_use_id");
                    string result = block.Get("content") is { } inner ? ReadText(inner, block.PathOf("content")) : "";
                    _messages.Add(new ChatMessage("tool", result) { ToolCallId = id, Name = _toolNames.GetValueOrDefault(id) });
                    break;
                case { } type:
                    AddUnsupportedBlock(blockPath, type);
                    break;
                default:
                    errors.AddMissing(block.PathOf("type"), $"'{block.PathOf("type")}' is required.");
                    break;
            }
        });
        AddEmptyError(content, path);
        AddText("user", text);
    }

    private void ReadAssistant(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            _messages.Add(new ChatMessage("assistant", content.GetString()!));
            return;
        }

        var text = new List<string>();
        var thinking = new List<string>();
        var calls = new List<ChatToolCall>();
        ElementList.ForEach(content, path, "a string or an array of blocks", errors, (element, blockPath) =>
        {
            var block = new JsonFields(element, blockPath, BlockNames, errors);
            switch (block.GetString("type"))
            {
                case "text":
                    text.Add(Require(block, "text"));
                    break;
                case "thinking":
                    thinking.Add(Require(block, "thinking"));
                    break;
                case "redacted_thinking": // nobody can read it
                    break;
                case "tool_use":
                    calls.Add(ReadToolUse(block));
                    break;
                case { } type:
                    AddUnsupportedBlock(blockPath, type);
                    break;
                default:
                    errors.AddMissing(block.PathOf("type"), $"'{block.PathOf("type")}' is required.");
                    break;
            }
        });
        AddEmptyError(content, path);
        _messages.Add(new ChatMessage("assistant", string.Join('\n', text))
        {
            Reasoning = thinking.Count > 0 ? string.Join('\n', thinking) : null,
            ToolCalls = calls,
        });
    }

    private ChatToolCall ReadToolUse(JsonFields block)
    {
        string id = Require(block, "id");
        string name = Require(block, "name");
        _toolNames[id] = name;
        JsonElement? input = block.Get("input");
        if (input is { ValueKind: not JsonValueKind.Object })
        {
            errors.AddInvalidType(block.PathOf("input"), $"'{block.PathOf("input")}' must be an object, not {JsonFields.Describe(input.Value.ValueKind)}.");
        }

        return new ChatToolCall(id, name, input?.GetRawText() ?? "{}");
    }

    private string ReadText(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        var text = new List<string>();
        ElementList.ForEach(value, path, "a string or an array of text blocks", errors, (element, blockPath) =>
        {
            var block = new JsonFields(element, blockPath, BlockNames, errors);
            string? type = block.GetString("type");
            if (type is null)
            {
                errors.AddMissing(block.PathOf("type"), $"'{block.PathOf("type")}' is required.");
            }
            else if (type != "text")
            {
                AddUnsupportedBlock(blockPath, type);
            }
            else
            {
                text.Add(Require(block, "text"));
            }
        });
        return string.Join('\n', text);
    }

    private void AddText(string role, List<string> text)
    {
        if (text.Count > 0)
        {
            _messages.Add(new ChatMessage(role, string.Join('\n', text)));
            text.Clear();
        }
    }

    private void AddEmptyError(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.Array && content.GetArrayLength() == 0)
        {
            errors.AddInvalidValue(path, $"'{path}' must have at least one block.");
        }
    }

    private void AddUnsupportedBlock(string path, string type) =>
        errors.AddUnsupported(
            path,
            type is "image" or "document"
                ? $"'{path}' is no text block; this model takes only text."
                : $"'{path}' is of a type that this server does not know here; it takes text, tool_use, tool_result and thinking.");

    private string Require(JsonFields fields, string name)
    {
        string? value = fields.GetString(name);
        if (value is null)
        {
            errors.AddMissing(fields.PathOf(name), $"'{fields.PathOf(name)}' is required.");
        }

        return value ?? "";
    }
}
