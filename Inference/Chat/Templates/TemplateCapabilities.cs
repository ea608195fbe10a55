namespace MistralServe.Inference.Chat.Templates;

/// <summary>What a chat template can express, found by rendering small conversations (<see cref="TemplateProbe"/>). Immutable.</summary>
internal sealed record TemplateCapabilities
{
    /// <summary>Whether a system message reaches the prompt.</summary>
    public bool SystemRole { get; init; }

    /// <summary>Whether further system messages reach the prompt, behind the first and in the middle of a conversation.</summary>
    public bool LaterSystem { get; init; }

    /// <summary>Whether the names of tools reach the prompt.</summary>
    public bool Tools { get; init; }

    /// <summary>Whether the variable <c>tools</c> must be a list also where there are none.</summary>
    public bool NeedsToolList { get; init; }

    /// <summary>Whether calls of an assistant message reach the prompt.</summary>
    public bool ToolCalls { get; init; }

    /// <summary>Whether arguments of past calls are wanted as an object, not as JSON text.</summary>
    public bool ArgumentsAsObject { get; init; }

    /// <summary>Whether one message may have several calls.</summary>
    public bool ParallelToolCalls { get; init; }

    /// <summary>Whether content must be a list of typed parts; else it is a text.</summary>
    public bool TypedContent { get; init; }

    /// <summary>Whether reasoning of earlier answers reaches the prompt.</summary>
    public bool ReasoningInHistory { get; init; }

    /// <summary>The tag by which the opening of an assistant turn opens a block of reasoning; null when it does not.</summary>
    public string? ThinkingTag { get; init; }

    /// <summary>Whether the variable <c>enable_thinking</c> changes the prompt.</summary>
    public bool EnableThinking { get; init; }

    /// <summary>Whether the variable <c>reasoning_effort</c> changes the prompt.</summary>
    public bool ReasoningEffort { get; init; }
}
