using System.Text.Json;

namespace MistralServe.Inference.Chat;

/// <summary>One message of a conversation, as a template sees it. Immutable.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c> (<c>developer</c> has become <c>system</c>, <c>function</c> <c>tool</c>).</param>
/// <param name="Content">The text; empty when the message has none.</param>
internal sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Calls that an assistant message made, in order.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>Which call a tool message answers; null when it is not said.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Name of the participant or of the tool that answers; null when it is not said.</summary>
    public string? Name { get; init; }

    /// <summary>What an assistant message reasoned before it answered; null when nothing is known of it.</summary>
    public string? Reasoning { get; init; }
}

/// <summary>A call of a tool.</summary>
/// <param name="Id">Id that the answer refers to.</param>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">Arguments as text: JSON when the model wrote it well, anything else when it did not.</param>
internal sealed record ChatToolCall(string Id, string Name, string Arguments);

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">1 to 64 letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Description">What it does; null when it is not said.</param>
/// <param name="Parameters">JSON Schema of its arguments, detached from the request's document; null when it takes none.</param>
/// <param name="Strict">Whether arguments must hold the schema even where the call is optional.</param>
internal sealed record ChatTool(string Name, string? Description, JsonElement? Parameters, bool Strict = false)
{
    /// <summary>Request field to blame when the schema is refused, for example <c>tools[0].function.parameters</c>.</summary>
    public string Param { get; init; } = "tools";
}

/// <summary>Whether tools are called.</summary>
internal enum ToolChoiceMode
{
    /// <summary>No tool is called; the model is not told of any.</summary>
    None,

    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>At least one tool is called.</summary>
    Required,
}

/// <summary>Which tools may or must be called.</summary>
/// <param name="Mode">Whether.</param>
/// <param name="AllowedNames">Tools that may be called; null means all of the request. A named choice is Required with one name.</param>
internal sealed record ToolChoice(ToolChoiceMode Mode, IReadOnlyList<string>? AllowedNames = null);
