using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// Reads tools of the flat form, in which name, description and schema are fields of the tool itself: the Responses API's and Anthropic's. Any
/// thread.
/// </summary>
/// <param name="TypeRequired">Whether a tool must say that it is a function; else only another type is refused.</param>
/// <param name="SchemaName">Field of the schema.</param>
/// <param name="SchemaRequired">Whether there must be one.</param>
/// <param name="FunctionTypes">Words of <c>type</c> that mean a function of the client.</param>
internal sealed record FunctionFields(bool TypeRequired, string SchemaName, bool SchemaRequired, params string[] FunctionTypes)
{
    /// <summary>OpenAI's published bound.</summary>
    public const int MaxTools = 128;

    /// <summary>Bytes of all tools together. Ours: above twice the size at which llama.cpp's own grammar limit bites.</summary>
    public const int MaxToolBytes = 256 * 1024;

    /// <summary>OpenAI's published bound.</summary>
    public const int MaxNameLength = 64;

    private readonly FrozenSet<string> _names = new[] { "type", "name", "description", "strict", SchemaName }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Tools of the Responses API.</summary>
    public static FunctionFields Responses { get; } = new(true, "parameters", false, "function");

    /// <summary>Tools of Anthropic's API.</summary>
    public static FunctionFields Anthropic { get; } = new(false, "input_schema", true, "custom");

    /// <summary>Reads the field <c>tools</c>; none when it is absent. Schemas are detached from the request's document.</summary>
    public List<ChatTool> Read(JsonElement? tools, RequestErrors errors)
    {
        var read = new List<ChatTool>();
        if (tools is not { } array)
        {
            return read;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType("tools", $"'tools' must be an array, not {JsonFields.Describe(array.ValueKind)}.");
            return read;
        }

        if (array.GetArrayLength() > MaxTools)
        {
            errors.AddInvalidValue("tools", $"'tools' takes up to {MaxTools} tools, but has {array.GetArrayLength()}.");
            return read;
        }

        if (System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(array) is { Length: > MaxToolBytes } raw)
        {
            errors.AddInvalidValue("tools", $"'tools' takes up to {MaxToolBytes} bytes of JSON, but has {raw.Length}.");
            return read;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement element in array.EnumerateArray())
        {
            string path = $"tools[{read.Count}]";
            ChatTool tool = ReadTool(new JsonFields(element, path, _names, errors), path, errors);
            read.Add(tool);
            if (!names.Add(tool.Name))
            {
                errors.AddInvalidValue($"{path}.name", $"'{path}.name' is the name of an earlier tool too; give each its own.");
            }

            if (errors.First is not null)
            {
                break;
            }
        }

        return read;
    }

    /// <summary>Whether a text can name a tool: 1 to 64 letters, digits, <c>_</c> and <c>-</c> of ASCII.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private ChatTool ReadTool(JsonFields fields, string path, RequestErrors errors)
    {
        string? type = fields.GetString("type");
        if (type is null && TypeRequired)
        {
            errors.AddMissing($"{path}.type", $"'{path}.type' is required: \"function\".");
        }
        else if (type is not null && !FunctionTypes.Contains(type, StringComparer.Ordinal))
        {
            errors.AddUnsupported($"{path}.type", $"'{path}.type' must be \"{FunctionTypes[0]}\": this server has no tools of its own.");
        }

        string? name = fields.GetString("name");
        if (name is null)
        {
            errors.AddMissing($"{path}.name", $"'{path}.name' is required.");
        }
        else if (!IsName(name))
        {
            errors.AddInvalidValue($"{path}.name", $"'{path}.name' must have 1 to {MaxNameLength} letters, digits, '_' or '-'.");
        }

        JsonElement? schema = fields.Get(SchemaName);
        if (schema is null && SchemaRequired)
        {
            errors.AddMissing($"{path}.{SchemaName}", $"'{path}.{SchemaName}' is required: the JSON Schema of the tool's input.");
        }
        else if (schema is { ValueKind: not JsonValueKind.Object })
        {
            errors.AddInvalidType($"{path}.{SchemaName}", $"'{path}.{SchemaName}' must be an object, not {JsonFields.Describe(schema.Value.ValueKind)}.");
        }

        return new ChatTool(name ?? "", fields.GetString("description"), schema?.Clone(), fields.GetBoolean("strict") ?? false);
    }
}
