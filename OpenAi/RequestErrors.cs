namespace MistralServe.OpenAi;

/// <summary>
/// Makes the errors of a client's mistake and keeps the first one, so that a reader can go through all fields without a
/// branch after each. One request, one thread.
/// </summary>
internal sealed class RequestErrors
{
    private const string Type = "invalid_request_error";

    /// <summary>The error to answer with; null while nothing is wrong.</summary>
    public ApiError? First { get; private set; }

    /// <summary>The value is of the wrong JSON type.</summary>
    /// <param name="param">Path of the field; null for the body itself.</param>
    /// <param name="message">Sentence for the caller.</param>
    public void AddInvalidType(string? param, string message) => Add("invalid_type", param, message);

    /// <summary>The value is of the right type and out of range.</summary>
    public void AddInvalidValue(string? param, string message) => Add("invalid_value", param, message);

    /// <summary>A required field is absent.</summary>
    public void AddMissing(string param, string message) => Add("missing_required_parameter", param, message);

    /// <summary>The value is valid and asks for something this server does not do.</summary>
    public void AddUnsupported(string param, string message) => Add("unsupported_value", param, message);

    /// <summary>The value names something that does not exist for this caller: 404.</summary>
    /// <param name="param">Path of the field.</param>
    /// <param name="code">Stable word.</param>
    /// <param name="message">Sentence for the caller.</param>
    public void AddNotFound(string param, string code, string message) =>
        First ??= new ApiError(StatusCodes.Status404NotFound, Type, code, message, param);

    /// <summary>The text is not JSON.</summary>
    public void AddInvalidJson(string message) => Add("invalid_json", null, message);

    /// <summary>The text is JSON and not Unicode (see <see cref="Json.JsonText.IsWellFormed"/>).</summary>
    public void AddNotUnicode() => AddInvalidJson("The request holds text that is not Unicode: invalid UTF-8, or half of a surrogate pair.");

    private void Add(string code, string? param, string message) => First ??= new ApiError(StatusCodes.Status400BadRequest, Type, code, message, param);
}
