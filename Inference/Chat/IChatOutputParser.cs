namespace MistralServe.Inference.Chat;

/// <summary>
/// Receives the parts of an answer as they are recognised: what a client shows, what it hides, what it calls. Text is UTF-8,
/// whole characters only, valid during the call.
/// </summary>
internal interface IChatOutputSink
{
    /// <summary>Text for the reader.</summary>
    void OnContent(ReadOnlySpan<byte> text);

    /// <summary>Reasoning that comes before the answer.</summary>
    void OnReasoning(ReadOnlySpan<byte> text);

    /// <summary>A call begins: its name is known, its arguments follow.</summary>
    /// <param name="index">Number of the call in the answer, from 0.</param>
    /// <param name="id">Id of the call, unique in the answer: the model's own where its format has ids, else made up.</param>
    /// <param name="name">Name of the tool.</param>
    void OnToolCall(int index, string id, string name);

    /// <summary>More of a call's arguments: the pieces joined are JSON text when the model wrote it well.</summary>
    /// <param name="index">Number of the call in the answer.</param>
    /// <param name="json">A piece of it, not empty.</param>
    void OnToolArguments(int index, ReadOnlySpan<byte> json);
}

/// <summary>
/// Splits one answer into content, reasoning and tool calls while it is generated. What is no well-formed call stays content.
/// One per choice; not thread-safe.
/// </summary>
internal interface IChatOutputParser
{
    /// <summary>Goes on by generated text, cut anywhere between characters.</summary>
    void Push(ReadOnlySpan<byte> text, IChatOutputSink sink);

    /// <summary>The answer has ended: what was held back is decided.</summary>
    void Complete(IChatOutputSink sink);
}
