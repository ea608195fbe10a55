namespace MistralServe.Inference.Chat.Templates;

/// <summary>Why a template cannot be read or rendered.</summary>
/// <param name="Line">Line of the template, from 1.</param>
/// <param name="Message">A sentence without the line.</param>
/// <param name="Raised">True when the template itself refused by <c>raise_exception</c>: the message is the template author's, meant for the caller.</param>
internal sealed record TemplateProblem(int Line, string Message, bool Raised = false)
{
    /// <summary>The sentence for a reader: the author's own, or ours with the line.</summary>
    public string Describe() => Raised ? Message : $"line {Line} of the chat template: {Message}";
}
