using System.Text.Json;

namespace MistralServe.Inference.Chat;

/// <summary>What language an answer must be written in.</summary>
internal enum OutputFormatKind
{
    /// <summary>One JSON object, whatever is in it.</summary>
    JsonObject,

    /// <summary>JSON that <see cref="OutputFormat.Schema"/> accepts.</summary>
    JsonSchema,

    /// <summary>Text that the GBNF grammar <see cref="OutputFormat.Source"/> accepts.</summary>
    Grammar,

    /// <summary>Text that the regular expression <see cref="OutputFormat.Source"/> matches as a whole.</summary>
    Regex,

    /// <summary>One of <see cref="OutputFormat.Alternatives"/>.</summary>
    Choice,
}

/// <summary>
/// The language that an answer must be written in, as the client described it: not compiled, not checked. Immutable.
/// </summary>
/// <param name="Kind">What describes it.</param>
/// <param name="Param">Request field to blame when the description is refused, for example <c>response_format</c>.</param>
internal sealed record OutputFormat(OutputFormatKind Kind, string Param)
{
    /// <summary>The schema, detached from the request's document; set with <see cref="OutputFormatKind.JsonSchema"/>.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the schema must also lie in OpenAI's strict subset.</summary>
    public bool Strict { get; init; }

    /// <summary>Grammar or regular expression.</summary>
    public string? Source { get; init; }

    /// <summary>Texts, at least one.</summary>
    public IReadOnlyList<string>? Alternatives { get; init; }
}
