using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Reads the events of one choice: hands its parts to a sink and counts what usage tells of them. Not thread-safe.
/// </summary>
/// <param name="parser">The choice's own parser.</param>
/// <param name="sink">Gets the parts.</param>
internal sealed class ChatOutputReader(IChatOutputParser parser, IChatOutputSink sink) : IChatOutputSink
{
    private int _countedTokens;
    private bool _sawReasoning;
    private bool _sawOther;

    /// <summary>Calls that have begun.</summary>
    public int CallCount { get; private set; }

    /// <summary>
    /// Tokens of the reasoning so far, its marks included. A token that ends the reasoning and begins the answer counts to the answer;
    /// tokens that gave nothing yet count to what they become part of.
    /// </summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Goes on by one event; events without text, and those of failures, change nothing.</summary>
    public void Read(in GenerationEvent item)
    {
        switch (item.Kind)
        {
            case GenerationEventKind.Text:
                parser.Push(item.Text.Span, this);
                Count(item.Usage);
                break;
            case GenerationEventKind.Finished:
                parser.Complete(this);
                Count(item.Usage);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnContent(ReadOnlySpan<byte> text)
    {
        _sawOther = true;
        sink.OnContent(text);
    }

    /// <inheritdoc/>
    public void OnReasoning(ReadOnlySpan<byte> text)
    {
        _sawReasoning = true;
        sink.OnReasoning(text);
    }

    /// <inheritdoc/>
    public void OnToolCall(int index, string id, string name)
    {
        _sawOther = true;
        CallCount++;
        sink.OnToolCall(index, id, name);
    }

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json)
    {
        _sawOther = true;
        sink.OnToolArguments(index, json);
    }

    private void Count(in TokenUsage usage)
    {
        if (!_sawReasoning && !_sawOther)
        {
            return;
        }

        ReasoningTokens += _sawOther ? 0 : usage.CompletionTokens - _countedTokens;
        _countedTokens = usage.CompletionTokens;
        (_sawReasoning, _sawOther) = (false, false);
    }
}
