namespace MistralServe.Inference.Chat;

/// <summary>One message of a conversation, already reduced to text.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c> (<c>developer</c> has become <c>system</c>).</param>
/// <param name="Content">The text; empty when the message has none.</param>
internal sealed record ChatMessage(string Role, string Content);

/// <summary>A validated chat request, the same for both protocols. Built only by the wire layers' validators.</summary>
internal sealed record ChatGeneration : GenerationParameters
{
    /// <summary>The conversation, oldest first, at least one message.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }
}
