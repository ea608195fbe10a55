namespace MistralServe.Inference.Chat.Reasoning;

/// <summary>How a model marks what it reasons before it answers. Immutable.</summary>
/// <param name="Open">Opening mark, without white space around it, for example <c>&lt;think&gt;</c>.</param>
/// <param name="Close">Closing mark.</param>
internal sealed record ReasoningFormat(string Open, string Close)
{
    /// <summary>The marks of most models.</summary>
    public static ReasoningFormat Think { get; } = new("<think>", "</think>");

    /// <summary>Whether the template knows the marks, so that the model is likely to reason; else they are only looked for.</summary>
    public bool IsInTemplate { get; init; }

    /// <summary>Texts that end the block as the closing mark does but belong to what follows: openings of calls, where models call inside the block.</summary>
    public IReadOnlyList<string> Interrupts { get; init; } = [];

    /// <summary>What ends the block when its budget is spent, as the model would have written it.</summary>
    public string ForcedClose { get; init; } = "\n" + Close + "\n\n";

    /// <summary>Whether an answer that follows a prompt begins inside the block: the prompt ends with the opening mark.</summary>
    /// <param name="promptEnd">End of the rendered prompt.</param>
    public bool IsOpen(ReadOnlySpan<char> promptEnd) => promptEnd.TrimEnd().EndsWith(Open, StringComparison.Ordinal);

    /// <summary>Whether the template has closed the block already, so that no reasoning is to come.</summary>
    /// <param name="promptEnd">End of the rendered prompt.</param>
    public bool IsClosed(ReadOnlySpan<char> promptEnd) => promptEnd.TrimEnd().EndsWith(Close, StringComparison.Ordinal);
}
