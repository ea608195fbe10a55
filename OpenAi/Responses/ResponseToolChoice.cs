using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>The field <c>tool_choice</c> of the Responses API. Any thread.</summary>
internal static class ResponseToolChoice
{
    private const string Path = "tool_choice";

    private static readonly FrozenSet<string> Names = new[] { "type", "name", "mode", "tools" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> ToolNames = new[] { "type", "name" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the field.</summary>
    /// <param name="value">The field; null when absent: the model decides.</param>
    /// <param name="tools">Tools of the request.</param>
    /// <param name="errors">Where mistakes are noted.</param>
    public static ToolChoice Read(JsonElement? value, IReadOnlyList<ChatTool> tools, RequestErrors errors)
    {
        ToolChoice choice = value switch
        {
            null => new ToolChoice(ToolChoiceMode.Auto),
            { ValueKind: JsonValueKind.String } mode => new ToolChoice(ReadMode(mode.GetString(), Path, allowsNone: true, errors)),
            { } other => ReadObject(new JsonFields(other, Path, Names, errors), errors),
        };
        if (choice.Mode == ToolChoiceMode.Required && tools.Count == 0)
        {
            errors.AddInvalidValue(Path, $"'{Path}' asks for a call, but 'tools' has none.");
        }

        if (choice.AllowedNames?.Take(FunctionFields.MaxTools).Any(name => tools.All(tool => tool.Name != name)) == true)
        {
            errors.AddInvalidValue(Path, $"'{Path}' names a tool that is not in 'tools'.");
        }

        return choice;
    }

    private static ToolChoice ReadObject(JsonFields fields, RequestErrors errors)
    {
        switch (fields.GetString("type"))
        {
            case "function":
                return new ToolChoice(ToolChoiceMode.Required, [ReadName(fields, errors)]);
            case "allowed_tools":
                var names = new List<string>();
                if (fields.Get("tools") is { } tools)
                {
                    ElementList.ForEach(tools, $"{Path}.tools", "an array of tools", errors, (element, path) =>
                        names.Add(ReadName(new JsonFields(element, path, ToolNames, errors), errors)));
                }

                if (names.Count is 0 or > FunctionFields.MaxTools)
                {
                    errors.AddInvalidValue($"{Path}.tools", $"'{Path}.tools' must name 1 to {FunctionFields.MaxTools} tools.");
                }

                return new ToolChoice(ReadMode(fields.GetString("mode"), $"{Path}.mode", allowsNone: false, errors), names);
            case null:
                errors.AddMissing($"{Path}.type", $"'{Path}.type' is required.");
                break;
            default:
                errors.AddUnsupported($"{Path}.type", $"'{Path}.type' must be function or allowed_tools: this server has no tools of its own.");
                break;
        }

        return new ToolChoice(ToolChoiceMode.Auto);
    }

    private static string ReadName(JsonFields fields, RequestErrors errors)
    {
        string? name = fields.GetString("name");
        if (name is null)
        {
            errors.AddMissing(fields.PathOf("name"), $"'{fields.PathOf("name")}' is required.");
        }

        return name ?? "";
    }

    private static ToolChoiceMode ReadMode(string? word, string path, bool allowsNone, RequestErrors errors)
    {
        switch (word)
        {
            case "auto":
                return ToolChoiceMode.Auto;
            case "required":
                return ToolChoiceMode.Required;
            case "none" when allowsNone:
                return ToolChoiceMode.None;
            default:
                errors.AddInvalidValue(path, $"'{path}' must be {(allowsNone ? "none, " : "")}auto or required.");
                return ToolChoiceMode.Auto;
        }
    }
}
