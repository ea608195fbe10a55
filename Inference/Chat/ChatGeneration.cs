using System.Text.Json;

namespace MistralServe.Inference.Chat;

/// <summary>A validated chat request, the same for both protocols. Built only by the wire layers' validators.</summary>
internal sealed record ChatGeneration : GenerationParameters
{
    /// <summary>The conversation, oldest first, at least one message.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Tools that the template tells the model of.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Whether and which tools are called.</summary>
    public ToolChoice ToolChoice { get; init; } = new(ToolChoiceMode.Auto);

    /// <summary>Whether the model is told of tools that it may call.</summary>
    public bool OffersTools => Tools.Count > 0 && ToolChoice.Mode != ToolChoiceMode.None;

    /// <summary>Whether one answer may call several tools.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Further variables of the template (<c>chat_template_kwargs</c>), detached from the request's document.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateVariables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>How much the model shall reason (<c>reasoning_effort</c>); null when it is not said, <c>none</c> turns it off.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Most tokens of reasoning; null means no limit of its own, 0 none.</summary>
    public int? ReasoningBudget { get; init; }

    /// <summary>Whether reasoning is told apart from the answer; false leaves it, with its marks, in the text.</summary>
    public bool SplitReasoning { get; init; } = true;

    /// <summary>Whether the prompt ends with the opening of an assistant turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Whether the oldest messages may be dropped where the conversation is too long for the context; else it is refused.</summary>
    public bool DropsOldest { get; init; }

    /// <summary>Whether the last message, an assistant's, is gone on with instead of being closed.</summary>
    public bool ContinueFinalMessage { get; init; }
}
