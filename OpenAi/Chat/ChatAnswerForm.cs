using System.Text.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>How the parts of a chat answer are written.</summary>
/// <param name="ShowsReasoning">Whether the answer shows its reasoning.</param>
/// <param name="IsFunctionCall">Whether a call has the deprecated form, because the request's functions had it: one <c>function_call</c> without an id.</param>
internal sealed record ChatAnswerForm(bool ShowsReasoning = true, bool IsFunctionCall = false)
{
    /// <summary>The finish reason of a choice: calls have words of their own, unless the answer was cut.</summary>
    /// <param name="reason">The word without regard to calls.</param>
    /// <param name="callCount">How many calls it made.</param>
    public string ToFinishReason(string reason, int callCount) =>
        reason != "stop" || callCount == 0 ? reason : IsFunctionCall ? "function_call" : "tool_calls";

    /// <summary>What a request asks for.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    public static ChatAnswerForm From(ChatCompletionRequest request) =>
        new(request.IncludeReasoning ?? true, request.Functions is { ValueKind: JsonValueKind.Array } functions && functions.GetArrayLength() > 0);
}
