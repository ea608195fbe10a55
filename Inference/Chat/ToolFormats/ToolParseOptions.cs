namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>What a parser of an answer needs to know of its request. Immutable.</summary>
internal sealed record ToolParseOptions
{
    /// <summary>Tools that may be called: the text of a call of any other stays content. None: nothing is taken for a call.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Whether an answer may have several calls; else the text of all but the first stays content.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Whether the answer must be calls: the beginning of one that <c>max_tokens</c> has cut off is then no content.</summary>
    public bool Required { get; init; }

    /// <summary>
    /// End of the rendered prompt, at least from its last message on; from it follows whether the answer begins inside a block of
    /// reasoning or behind another opening that the template wrote. May be the whole prompt.
    /// </summary>
    public required string PromptEnd { get; init; }

    /// <summary>Whether reasoning is told apart; false leaves it, with its marks, in the content (not where content has marks of its own, as in harmony).</summary>
    public bool SplitReasoning { get; init; } = true;
}
