namespace MistralServe.Inference.Chat;

/// <summary>Takes all text for content: for answers that have no other parts. Stateless.</summary>
internal sealed class PlainTextParser : IChatOutputParser
{
    /// <inheritdoc/>
    public void Push(ReadOnlySpan<byte> text, IChatOutputSink sink) => sink.OnContent(text);

    /// <inheritdoc/>
    public void Complete(IChatOutputSink sink)
    {
    }
}
