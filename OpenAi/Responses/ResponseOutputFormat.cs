using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>The field <c>text</c>: language and length of the answer. Any thread.</summary>
/// <param name="Text">As the response shows it.</param>
/// <param name="Format">For the engine; null means free text.</param>
/// <param name="Verbosity">As the client said it; null when it did not.</param>
internal sealed record ResponseOutputFormat(ResponseText Text, OutputFormat? Format, string? Verbosity)
{
    private const string FormatPath = "text.format";

    private static readonly FrozenSet<string> Names = new[] { "format", "verbosity" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> FormatNames = new[] { "type", "name", "description", "schema", "strict" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the field; free text when it is absent.</summary>
    public static ResponseOutputFormat Read(JsonElement? value, RequestErrors errors)
    {
        string? verbosity = null;
        (ResponseTextFormat shown, OutputFormat? format) = (new ResponseTextFormat { Type = "text" }, null);
        if (value is { } element)
        {
            var fields = new JsonFields(element, "text", Names, errors);
            verbosity = fields.GetString("verbosity");
            if (verbosity is not (null or "low" or "medium" or "high"))
            {
                errors.AddInvalidValue("text.verbosity", "'text.verbosity' must be one of low, medium, high.");
            }

            if (fields.Get("format") is { } formatElement)
            {
                (shown, format) = ReadFormat(new JsonFields(formatElement, FormatPath, FormatNames, errors), errors);
            }
        }

        return new ResponseOutputFormat(new ResponseText { Format = shown, Verbosity = verbosity ?? "medium" }, format, verbosity);
    }

    private static (ResponseTextFormat Shown, OutputFormat? Format) ReadFormat(JsonFields fields, RequestErrors errors)
    {
        string? type = fields.GetString("type");
        switch (type)
        {
            case "text":
                return (new ResponseTextFormat { Type = type }, null);
            case "json_object":
                return (new ResponseTextFormat { Type = type }, new OutputFormat(OutputFormatKind.JsonObject, FormatPath));
            case "json_schema":
                return ReadSchema(fields, errors);
            case null:
                errors.AddMissing($"{FormatPath}.type", $"'{FormatPath}.type' is required.");
                break;
            default:
                errors.AddInvalidValue($"{FormatPath}.type", $"'{FormatPath}.type' must be one of text, json_object, json_schema.");
                break;
        }

        return (new ResponseTextFormat { Type = "text" }, null);
    }

    private static (ResponseTextFormat Shown, OutputFormat? Format) ReadSchema(JsonFields fields, RequestErrors errors)
    {
        string? name = fields.GetString("name");
        if (name is null)
        {
            errors.AddMissing($"{FormatPath}.name", $"'{FormatPath}.name' is required.");
        }
        else if (!FunctionFields.IsName(name))
        {
            errors.AddInvalidValue($"{FormatPath}.name", $"'{FormatPath}.name' must have 1 to {FunctionFields.MaxNameLength} letters, digits, '_' or '-'.");
        }

        JsonElement? schema = fields.Get("schema");
        if (schema is null)
        {
            errors.AddMissing($"{FormatPath}.schema", $"'{FormatPath}.schema' is required: the JSON Schema of the answer.");
        }
        else if (schema.Value.ValueKind != JsonValueKind.Object)
        {
            errors.AddInvalidType($"{FormatPath}.schema", $"'{FormatPath}.schema' must be an object, not {JsonFields.Describe(schema.Value.ValueKind)}.");
        }

        bool strict = fields.GetBoolean("strict") ?? false;
        JsonElement? detached = schema?.Clone();
        return (
            new ResponseTextFormat { Type = "json_schema", Name = name, Description = fields.GetString("description"), Schema = detached, Strict = strict },
            new OutputFormat(OutputFormatKind.JsonSchema, FormatPath) { Schema = detached, Strict = strict });
    }
}
