namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// Ends the evaluation of a template from any depth. Never leaves this folder: <see cref="ChatTemplate"/> turns it into a
/// <see cref="TemplateProblem"/>. An exception, because a value checked at each of some hundred places of a recursive evaluator
/// would hide what it computes; a failing template pays for it, a good one does not.
/// </summary>
internal sealed class TemplateFaultException(string message, bool raised = false) : Exception(message)
{
    /// <summary>Whether the template raised it by <c>raise_exception</c>.</summary>
    public bool Raised { get; } = raised;
}
