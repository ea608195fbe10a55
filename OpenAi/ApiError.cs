namespace MistralServe.OpenAi;

/// <summary>
/// An error as the REST port answers it: HTTP status and the four keys of OpenAI's error object.
/// </summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Type">For example <c>invalid_request_error</c>; the words are listed in the compatibility page.</param>
/// <param name="Code">Stable word for programs, for example <c>model_not_found</c>.</param>
/// <param name="Message">Names the field, the value's class and the remedy.</param>
/// <param name="Param">Name of the field to blame, for example <c>messages[0].role</c>; null when none is.</param>
/// <param name="RetryAfter">Sent as <c>Retry-After</c> and <c>retry-after-ms</c>; null when trying again cannot help.</param>
internal sealed record ApiError(int Status, string Type, string Code, string Message, string? Param = null, TimeSpan? RetryAfter = null);
