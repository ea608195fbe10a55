using MistralServe.Inference.Chat.Templates;

namespace MistralServe.Inference.Chat;

/// <summary>Text of the chat template that is served with.</summary>
/// <param name="Text">Jinja; not checked yet when it is the model's own.</param>
internal sealed record ChatTemplateSource(string Text)
{
    /// <summary>The template for conversations with tools, where the model brings one of their own for them; null when there is one for all.</summary>
    public string? ToolText { get; init; }

    /// <summary>
    /// Finds the template. What the option names is checked here, so that a wrong one ends the start; the model's own is read when it is needed
    /// first, which a cold start need not wait for.
    /// </summary>
    /// <param name="modelTemplate">The template in the model file; null when it has none.</param>
    /// <param name="option">Value of <c>--chat-template</c>: a name of <see cref="NamedTemplates"/>, or a file; null when not given.</param>
    /// <param name="toolTemplate">The model file's template for tools; null when it has none. An option stands in the place of both.</param>
    /// <returns>The template; neither template nor problem when there is none at all: the model starts, chat is refused; or a sentence.</returns>
    public static (ChatTemplateSource? Source, string? Problem) Resolve(string? modelTemplate, string? option, string? toolTemplate = null)
    {
        if (option is null)
        {
            return (modelTemplate is null ? null : new ChatTemplateSource(modelTemplate) { ToolText = toolTemplate }, null);
        }

        if (NamedTemplates.Find(option) is { } builtIn)
        {
            return (new ChatTemplateSource(builtIn), null);
        }

        string text;
        try
        {
            text = File.ReadAllText(option);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"--chat-template {option} is neither a built-in template ({string.Join(", ", NamedTemplates.Names)}) nor a readable file.");
        }

        return ChatTemplate.Parse(text).Problem is { } problem
            ? (null, $"--chat-template {option} cannot be used: {problem.Describe()}.")
            : (new ChatTemplateSource(text), null);
    }
}
