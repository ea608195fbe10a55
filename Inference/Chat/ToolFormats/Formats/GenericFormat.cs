namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// For models without a format of their own: told by the system text. Immutable; any thread.
/// Source: ours; llama.cpp has one of the same kind for templates without calls.
/// </summary>
internal sealed class GenericFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("generic", CallBody.JsonCall) { Separator = new("\n"), OnlyAtStart = true };

    /// <inheritdoc/>
    public override bool IsIn(string template) => true;

    /// <inheritdoc/>
    protected override bool IsOfTemplate => false;
}
