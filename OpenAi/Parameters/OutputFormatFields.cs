using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// The fields that ask for an answer in a language: OpenAI's <c>response_format</c>, llama-server's <c>grammar</c> and
/// <c>json_schema</c>, vLLM's <c>structured_outputs</c> and the older <c>guided_…</c>. One of them at most. Whether a schema or a
/// grammar can be enforced is the compiler's to say. Any thread.
/// </summary>
internal static class OutputFormatFields
{
    private static readonly FrozenSet<string> FormatNames = new[] { "type", "json_schema", "schema" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> SchemaNames = new[] { "name", "schema", "strict", "description" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> StructuredNames =
        new[] { "json", "json_object", "regex", "choice", "grammar", "structural_tag", "whitespace_pattern", "disable_any_whitespace", "disable_additional_properties" }
            .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The format; null when the answer is free.</summary>
    /// <param name="fields">What the reader read; its JSON document must still live.</param>
    /// <param name="errors">Where mistakes are noted; with any, the result must not be used.</param>
    public static OutputFormat? Read(GenerationFields fields, RequestErrors errors)
    {
        OutputFormat?[] formats =
        [
            ReadResponseFormat(fields.ResponseFormat, fields.ResponseFormatName, errors),
            ReadSchema(fields.JsonSchema, "json_schema", errors),
            ReadSource(fields.Grammar, OutputFormatKind.Grammar, "grammar", errors),
            ReadSource(fields.Regex, OutputFormatKind.Regex, "regex", errors),
            ReadStructuredOutputs(fields.StructuredOutputs, errors),
            ReadSchema(fields.GuidedJson, "guided_json", errors),
            ReadSource(fields.GuidedRegex, OutputFormatKind.Regex, "guided_regex", errors),
            ReadChoice(fields.GuidedChoice, "guided_choice", errors),
            ReadSource(fields.GuidedGrammar, OutputFormatKind.Grammar, "guided_grammar", errors),
        ];
        OutputFormat[] given = [.. formats.OfType<OutputFormat>()];
        if (given.Length > 1)
        {
            errors.AddInvalidValue(given[1].Param, $"'{given[1].Param}' and '{given[0].Param}' both say what the answer must be; give one of them.");
        }

        return given.FirstOrDefault();
    }

    private static OutputFormat? ReadResponseFormat(JsonElement? value, string name, RequestErrors errors)
    {
        if (value is not { } element)
        {
            return null;
        }

        var format = new JsonFields(element, name, FormatNames, errors);
        switch (format.GetString("type"))
        {
            case "text":
                return null;
            case "json_object":
                // llama-server takes a schema here.
                return format.Get("schema") is { } schema ? ReadSchema(schema, name, errors) : new OutputFormat(OutputFormatKind.JsonObject, name);
            case "json_schema":
                return ReadNamedSchema(format, name, errors);
            case null:
                errors.AddMissing($"{name}.type", $"'{name}.type' is required: \"text\", \"json_object\" or \"json_schema\".");
                return null;
            default:
                errors.AddUnsupported($"{name}.type", $"'{name}.type' must be \"text\", \"json_object\" or \"json_schema\".");
                return null;
        }
    }

    private static OutputFormat? ReadNamedSchema(JsonFields format, string name, RequestErrors errors)
    {
        string path = $"{name}.json_schema";
        if (format.Get("json_schema") is not { } element)
        {
            errors.AddMissing(path, $"'{path}' is required with the type \"json_schema\": an object with 'name' and 'schema'.");
            return null;
        }

        var fields = new JsonFields(element, path, SchemaNames, errors);
        string? schemaName = fields.GetString("name");
        if (schemaName is null)
        {
            errors.AddMissing($"{path}.name", $"'{path}.name' is required.");
        }
        else if (!FieldNames.IsValid(schemaName))
        {
            errors.AddInvalidValue($"{path}.name", $"'{path}.name' must be {FieldNames.Rule}.");
        }

        fields.GetString("description");
        bool strict = fields.GetBoolean("strict") ?? false;
        if (fields.Get("schema") is not { } schema)
        {
            errors.AddMissing($"{path}.schema", $"'{path}.schema' is required: the JSON Schema of the answer.");
            return null;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            errors.AddInvalidType($"{path}.schema", $"'{path}.schema' must be an object, not {JsonFields.Describe(schema.ValueKind)}.");
        }

        return new OutputFormat(OutputFormatKind.JsonSchema, name) { Schema = schema.Clone(), Strict = strict };
    }

    private static OutputFormat? ReadStructuredOutputs(JsonElement? value, RequestErrors errors)
    {
        const string Name = "structured_outputs";
        if (value is not { } element)
        {
            return null;
        }

        var fields = new JsonFields(element, Name, StructuredNames, errors);
        foreach (string unsupported in (ReadOnlySpan<string>)["structural_tag", "whitespace_pattern", "disable_any_whitespace", "disable_additional_properties"])
        {
            if (fields.Get(unsupported) is { ValueKind: not JsonValueKind.False })
            {
                errors.AddUnsupported(fields.PathOf(unsupported), $"'{fields.PathOf(unsupported)}' is not supported.");
            }
        }

        OutputFormat?[] formats =
        [
            ReadSchema(fields.Get("json"), fields.PathOf("json"), errors),
            fields.GetBoolean("json_object") is true ? new OutputFormat(OutputFormatKind.JsonObject, fields.PathOf("json_object")) : null,
            ReadSource(fields.Get("regex"), OutputFormatKind.Regex, fields.PathOf("regex"), errors),
            ReadChoice(fields.Get("choice"), fields.PathOf("choice"), errors),
            ReadSource(fields.Get("grammar"), OutputFormatKind.Grammar, fields.PathOf("grammar"), errors),
        ];
        OutputFormat[] given = [.. formats.OfType<OutputFormat>()];
        if (given.Length > 1)
        {
            errors.AddInvalidValue(Name, $"'{Name}' must have one of json, json_object, regex, choice and grammar, but has {given.Length}.");
        }

        return given.FirstOrDefault() is { } format ? format with { Param = Name } : null;
    }

    private static OutputFormat? ReadSchema(JsonElement? value, string path, RequestErrors errors)
    {
        switch (value?.ValueKind)
        {
            case null:
                return null;
            case JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False:
                return new OutputFormat(OutputFormatKind.JsonSchema, path) { Schema = value.Value.Clone() };

            // vLLM's clients send the schema as text too.
            case JsonValueKind.String when Parse(value.Value.GetString()!) is { ValueKind: JsonValueKind.Object } schema:
                return new OutputFormat(OutputFormatKind.JsonSchema, path) { Schema = schema };
            default:
                errors.AddInvalidType(path, $"'{path}' must be a JSON Schema: an object, or its text.");
                return null;
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return JsonText.IsWellFormed(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The empty text is llama-server's default, and means none.
    private static OutputFormat? ReadSource(JsonElement? value, OutputFormatKind kind, string path, RequestErrors errors)
    {
        if (value is not { } element)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            errors.AddInvalidType(path, $"'{path}' must be a string, not {JsonFields.Describe(element.ValueKind)}.");
            return null;
        }

        string source = element.GetString()!;
        return source.Length == 0 ? null : new OutputFormat(kind, path) { Source = source };
    }

    private static OutputFormat? ReadChoice(JsonElement? value, string path, RequestErrors errors)
    {
        if (value is not { } element)
        {
            return null;
        }

        bool isList = element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String);
        if (!isList)
        {
            errors.AddInvalidType(path, $"'{path}' must be an array of strings.");
            return null;
        }

        if (element.GetArrayLength() == 0)
        {
            errors.AddInvalidValue(path, $"'{path}' has no texts; give at least one.");
            return null;
        }

        return new OutputFormat(OutputFormatKind.Choice, path) { Alternatives = [.. element.EnumerateArray().Select(text => text.GetString()!)] };
    }
}
