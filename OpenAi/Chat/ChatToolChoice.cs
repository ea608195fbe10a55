using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>The fields <c>tool_choice</c> and <c>function_call</c> of a chat request. Any thread.</summary>
/// <param name="path">The field, as the caller wrote it.</param>
/// <param name="toolsField">The field of the tools that it chooses among.</param>
/// <param name="tools">Those tools.</param>
/// <param name="errors">Where mistakes are noted.</param>
internal sealed class ChatToolChoice(string path, string toolsField, IReadOnlyList<ChatTool> tools, RequestErrors errors)
{
    private static readonly FrozenSet<string> Names = new[] { "type", "function", "allowed_tools" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> AllowedNames = new[] { "mode", "tools" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> FunctionNames = new[] { "name" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads <c>tool_choice</c>; absent, the model decides.</summary>
    public ToolChoice ReadTools(JsonElement? value) => Check(value switch
    {
        null => new ToolChoice(ToolChoiceMode.Auto),
        { ValueKind: JsonValueKind.String } word => new ToolChoice(ReadMode(word.GetString()!, path, "none", "auto", "required")),
        { } other => ReadObject(new JsonFields(other, path, Names, errors)),
    });

    /// <summary>Reads the deprecated <c>function_call</c>; absent, the model decides.</summary>
    public ToolChoice ReadFunctions(JsonElement? value) => Check(value switch
    {
        null => new ToolChoice(ToolChoiceMode.Auto),
        { ValueKind: JsonValueKind.String } word => new ToolChoice(ReadMode(word.GetString()!, path, "none", "auto")),
        { } other => new ToolChoice(ToolChoiceMode.Required, [ReadName(other, path)]),
    });

    private ToolChoice Check(ToolChoice choice)
    {
        if (choice.Mode == ToolChoiceMode.Required && tools.Count == 0)
        {
            errors.AddInvalidValue(path, $"'{path}' asks for a call, but '{toolsField}' has nothing to call.");
        }

        foreach (string name in choice.AllowedNames ?? [])
        {
            if (tools.All(tool => tool.Name != name))
            {
                errors.AddInvalidValue(path, $"'{path}' names a tool that is not in '{toolsField}'.");
                break;
            }
        }

        return choice;
    }

    private ToolChoice ReadObject(JsonFields fields)
    {
        switch (fields.GetString("type"))
        {
            case "function":
                return new ToolChoice(ToolChoiceMode.Required, [ReadFunction(fields)]);
            case "allowed_tools":
                return ReadAllowed(fields);
            case null:
                errors.AddMissing($"{path}.type", $"'{path}.type' is required: function or allowed_tools.");
                break;
            default:
                errors.AddUnsupported($"{path}.type", $"'{path}.type' must be function or allowed_tools: this server knows no other tools.");
                break;
        }

        return new ToolChoice(ToolChoiceMode.Auto);
    }

    private ToolChoice ReadAllowed(JsonFields fields)
    {
        string place = $"{path}.allowed_tools";
        if (fields.Get("allowed_tools") is not { } value)
        {
            errors.AddMissing(place, $"'{place}' is required: an object with 'mode' and 'tools'.");
            return new ToolChoice(ToolChoiceMode.Auto);
        }

        var allowed = new JsonFields(value, place, AllowedNames, errors);
        var names = new List<string>();
        if (allowed.Get("tools") is { } list)
        {
            ElementList.ForEach(list, $"{place}.tools", "an array of tools", errors, (element, elementPath) =>
                names.Add(ReadFunction(new JsonFields(element, elementPath, Names, errors))));
        }

        if (names.Count is 0 or > FunctionFields.MaxTools)
        {
            errors.AddInvalidValue($"{place}.tools", $"'{place}.tools' must name 1 to {FunctionFields.MaxTools} tools.");
        }

        return new ToolChoice(ReadMode(allowed.GetString("mode") ?? "", $"{place}.mode", "auto", "required"), names);
    }

    private string ReadFunction(JsonFields fields)
    {
        string place = fields.PathOf("function");
        if (fields.Get("function") is { } function)
        {
            return ReadName(function, place);
        }

        errors.AddMissing(place, $"'{place}' is required: an object with the function's name.");
        return "";
    }

    private string ReadName(JsonElement function, string place)
    {
        string? name = new JsonFields(function, place, FunctionNames, errors).GetString("name");
        if (name is null)
        {
            errors.AddMissing($"{place}.name", $"'{place}.name' is required.");
        }

        return name ?? "";
    }

    private ToolChoiceMode ReadMode(string word, string place, params ReadOnlySpan<string> allowed)
    {
        if (!allowed.Contains(word))
        {
            errors.AddInvalidValue(place, $"'{place}' must be {string.Join(", ", allowed[..^1].ToArray())} or {allowed[^1]}.");
        }

        return word switch
        {
            "none" => ToolChoiceMode.None,
            "required" => ToolChoiceMode.Required,
            _ => ToolChoiceMode.Auto,
        };
    }
}
