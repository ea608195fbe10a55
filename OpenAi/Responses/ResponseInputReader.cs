using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>Reads the input of a response: items with ids, detached from the request's document. One request, one thread.</summary>
/// <param name="findItem">Finds a stored item of the same caller by its id.</param>
/// <param name="errors">Where mistakes are noted.</param>
internal sealed class ResponseInputReader(Func<string, ResponseItem?> findItem, RequestErrors errors)
{
    private static readonly FrozenSet<string> ItemNames =
        new[] { "type", "id", "role", "content", "call_id", "name", "arguments", "output", "summary" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> PartNames = new[] { "type", "text", "refusal" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<ResponseItem> _items = [];

    /// <summary>Reads the field <c>input</c>.</summary>
    public IReadOnlyList<ResponseItem> Read(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            _items.Add(NewMessage(null, "user", [new InputTextPart(input.GetString()!)]));
        }
        else
        {
            ElementList.ForEach(input, "input", "a string or an array of items", errors, ReadItem);
        }

        return _items;
    }

    private void ReadItem(JsonElement element, string path)
    {
        var fields = new JsonFields(element, path, ItemNames, errors);
        string? type = fields.GetString("type");
        string? id = fields.GetString("id");
        switch (type)
        {
            case "message":
            case null when fields.Get("role") is not null:
                ReadMessage(fields, id, path);
                break;
            case "function_call":
                _items.Add(new FunctionCallItem
                {
                    Id = id ?? ResponseIds.New("fc_"),
                    Status = ItemStatus.Completed,
                    CallId = Require(fields, "call_id"),
                    Name = ReadName(fields),
                    Arguments = Require(fields, "arguments"),
                });
                break;
            case "function_call_output":
                ReadCallOutput(fields, id);
                break;
            case "reasoning":
                _items.Add(new ReasoningItem
                {
                    Id = id ?? ResponseIds.New("rs_"),
                    Status = ItemStatus.Completed,
                    Summary = fields.Get("summary") is { } summary ? ReadParts(summary, fields.PathOf("summary"), "") : [],
                    Content = fields.Get("content") is { } content ? ReadParts(content, fields.PathOf("content"), "") : [],
                });
                break;
            case "item_reference":
            case null when id is not null:
                ReadReference(fields, id);
                break;
            case null:
                errors.AddMissing(fields.PathOf("type"), $"'{fields.PathOf("type")}' is required.");
                break;
            default:
                errors.AddUnsupported(
                    fields.PathOf("type"),
                    $"'{fields.PathOf("type")}' must be message, function_call, function_call_output, reasoning or item_reference: this server has no tools of its own.");
                break;
        }
    }

    private void ReadReference(JsonFields fields, string? id)
    {
        if (id is null)
        {
            errors.AddMissing(fields.PathOf("id"), $"'{fields.PathOf("id")}' is required.");
        }
        else if (findItem(id) is { } item)
        {
            _items.Add(item);
        }
        else
        {
            errors.AddInvalidValue(fields.PathOf("id"), $"'{fields.PathOf("id")}' names no item of a stored response; send the item itself.");
        }
    }

    private void ReadMessage(JsonFields fields, string? id, string path)
    {
        string? role = fields.GetString("role");
        if (role is null)
        {
            errors.AddMissing(fields.PathOf("role"), $"'{fields.PathOf("role")}' is required.");
        }
        else if (role is not ("user" or "assistant" or "system" or "developer"))
        {
            errors.AddInvalidValue(fields.PathOf("role"), $"'{fields.PathOf("role")}' must be one of user, assistant, system, developer.");
        }

        string contentPath = fields.PathOf("content");
        switch (fields.Get("content"))
        {
            case null:
                errors.AddMissing(contentPath, $"'{contentPath}' is required: a string, or an array of parts.");
                break;
            case { ValueKind: JsonValueKind.String } text:
                _items.Add(NewMessage(id, role ?? "", [role == "assistant" ? new OutputTextPart(text.GetString()!) : new InputTextPart(text.GetString()!)]));
                break;
            case { ValueKind: JsonValueKind.Array } empty when empty.GetArrayLength() == 0:
                errors.AddInvalidValue(contentPath, $"'{contentPath}' must have at least one part.");
                break;
            case { } parts:
                _items.Add(NewMessage(id, role ?? "", ReadParts(parts, contentPath, role ?? "")));
                break;
        }
    }

    private static MessageItem NewMessage(string? id, string role, IReadOnlyList<ResponsePart> parts) =>
        new() { Id = id ?? ResponseIds.New("msg_"), Status = ItemStatus.Completed, Role = role, Content = parts };

    private void ReadCallOutput(JsonFields fields, string? id)
    {
        string path = fields.PathOf("output");
        string callId = Require(fields, "call_id");
        JsonElement? output = fields.Get("output");
        string text = "";
        if (output is not { } value)
        {
            errors.AddMissing(path, $"'{path}' is required: a string, or an array of text parts.");
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            text = value.GetString()!;
        }
        else
        {
            text = string.Join('\n', ReadParts(value, path, "tool").Select(part => part.Content));
        }

        if (errors.First is null)
        {
            _items.Add(new FunctionCallOutputItem
            {
                Id = id ?? ResponseIds.New("fco_"), Status = ItemStatus.Completed, CallId = callId, Output = output!.Value.Clone(), Text = text,
            });
        }
    }

    private List<ResponsePart> ReadParts(JsonElement array, string path, string role)
    {
        var parts = new List<ResponsePart>();
        ElementList.ForEach(array, path, "a string or an array of parts", errors, (element, partPath) =>
        {
            if (ReadPart(element, partPath, role) is { } part)
            {
                parts.Add(part);
            }
        });
        return parts;
    }

    private ResponsePart? ReadPart(JsonElement element, string path, string role)
    {
        var fields = new JsonFields(element, path, PartNames, errors);
        string? type = fields.GetString("type");
        switch (type)
        {
            case "input_text" or "output_text" or "text":
                string text = Require(fields, "text");
                return role == "assistant" ? new OutputTextPart(text) : new InputTextPart(text);
            case "refusal" when role == "assistant":
                return new RefusalPart(Require(fields, "refusal"));
            case "reasoning_text" when role.Length == 0:
                return new ReasoningTextPart(Require(fields, "text"));
            case "summary_text" when role.Length == 0:
                return new SummaryTextPart(Require(fields, "text"));
            case null:
                errors.AddMissing(fields.PathOf("type"), $"'{fields.PathOf("type")}' is required.");
                return null;
            default:
                errors.AddUnsupported(path, $"'{path}' is no text part; this model takes only text.");
                return null;
        }
    }

    private string ReadName(JsonFields fields)
    {
        string name = Require(fields, "name");
        if (!FunctionFields.IsName(name))
        {
            errors.AddInvalidValue(fields.PathOf("name"), $"'{fields.PathOf("name")}' must have 1 to {FunctionFields.MaxNameLength} letters, digits, '_' or '-'.");
        }

        return name;
    }

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
