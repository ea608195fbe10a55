using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// Reads the tools of a request. In the flat form name, description and schema are fields of the tool itself: the Responses API's, Anthropic's
/// and OpenAI's deprecated functions; chat has them one level deeper. Any thread.
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

    private static readonly FrozenSet<string> WrapperNames = new[] { "type", "function" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly FrozenSet<string> _names = new[] { "type", "name", "description", "strict", SchemaName }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The field that holds the tools.</summary>
    public string Field { get; init; } = "tools";

    /// <summary>Whether all but the type is in an object <c>function</c> of the tool.</summary>
    public bool IsNested { get; init; }

    /// <summary>Tools of chat requests.</summary>
    public static FunctionFields Chat { get; } = new(true, "parameters", false, "function") { IsNested = true };

    /// <summary>Functions of chat requests, the deprecated form of tools.</summary>
    public static FunctionFields ChatFunctions { get; } = new(false, "parameters", false, "function") { Field = "functions" };

    /// <summary>Tools of the Responses API.</summary>
    public static FunctionFields Responses { get; } = new(true, "parameters", false, "function");

    /// <summary>Tools of Anthropic's API.</summary>
    public static FunctionFields Anthropic { get; } = new(false, "input_schema", true, "custom");

    /// <summary>Reads the value of <see cref="Field"/>; none when it is absent. Schemas are detached from the request's document.</summary>
    public List<ChatTool> Read(JsonElement? tools, RequestErrors errors)
    {
        var read = new List<ChatTool>();
        if (tools is not { } array)
        {
            return read;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType(Field, $"'{Field}' must be an array, not {JsonFields.Describe(array.ValueKind)}.");
            return read;
        }

        if (array.GetArrayLength() > MaxTools)
        {
            errors.AddInvalidValue(Field, $"'{Field}' takes up to {MaxTools} tools, but has {array.GetArrayLength()}.");
            return read;
        }

        if (System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(array) is { Length: > MaxToolBytes } raw)
        {
            errors.AddInvalidValue(Field, $"'{Field}' takes up to {MaxToolBytes} bytes of JSON, but has {raw.Length}.");
            return read;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement element in array.EnumerateArray())
        {
            string path = $"{Field}[{read.Count}]";
            ChatTool tool = ReadTool(element, path, errors);
            read.Add(tool);
            if (!names.Add(tool.Name))
            {
                string name = IsNested ? $"{path}.function.name" : $"{path}.name";
                errors.AddInvalidValue(name, $"'{name}' is the name of an earlier tool too; give each its own.");
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

    private ChatTool ReadTool(JsonElement element, string path, RequestErrors errors)
    {
        var fields = new JsonFields(element, path, IsNested ? WrapperNames : _names, errors);
        string? type = fields.GetString("type");
        if (type is null && TypeRequired)
        {
            errors.AddMissing($"{path}.type", $"'{path}.type' is required: \"function\".");
        }
        else if (type is not null && !FunctionTypes.Contains(type, StringComparer.Ordinal))
        {
            errors.AddUnsupported($"{path}.type", $"'{path}.type' must be \"{FunctionTypes[0]}\": this server has no tools of its own.");
        }

        if (!IsNested)
        {
            return ReadFunction(fields, errors);
        }

        if (fields.Get("function") is not { } function)
        {
            errors.AddMissing($"{path}.function", $"'{path}.function' is required: an object with the function's name and parameters.");
            return new ChatTool("", null, null);
        }

        return ReadFunction(new JsonFields(function, $"{path}.function", _names, errors), errors);
    }

    private ChatTool ReadFunction(JsonFields fields, RequestErrors errors)
    {
        string path = fields.PathOf("name");
        string? name = fields.GetString("name");
        if (name is null)
        {
            errors.AddMissing(path, $"'{path}' is required.");
        }
        else if (!IsName(name))
        {
            errors.AddInvalidValue(path, $"'{path}' must have 1 to {MaxNameLength} letters, digits, '_' or '-'.");
        }

        path = fields.PathOf(SchemaName);
        JsonElement? schema = fields.Get(SchemaName);
        if (schema is null && SchemaRequired)
        {
            errors.AddMissing(path, $"'{path}' is required: the JSON Schema of the tool's input.");
        }
        else if (schema is { ValueKind: not JsonValueKind.Object })
        {
            errors.AddInvalidType(path, $"'{path}' must be an object, not {JsonFields.Describe(schema.Value.ValueKind)}.");
        }

        return new ChatTool(name ?? "", fields.GetString("description"), schema?.Clone(), fields.GetBoolean("strict") ?? false) { Param = path };
    }
}
