using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>One message of a conversation, already reduced to text.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c> (<c>developer</c> has become <c>system</c>).</param>
/// <param name="Content">The text; empty when the message has none.</param>
internal sealed record ChatMessage(string Role, string Content);

/// <summary>A validated chat request, the same for both protocols. Built only by the wire layers' validators.</summary>
internal sealed record ChatGeneration
{
    /// <summary>The conversation, oldest first, at least one message.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Most tokens to generate; null means up to the context. 0 gives an empty answer that ends by length.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that end the answer and never appear in it; none empty.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Ban end-of-generation tokens, so that the answer ends by length or a stop string.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>Whose request this is (key name); counted against that key's share.</summary>
    public string Principal { get; init; } = "";
}
