using System.Buffers;
using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Messages;

/// <summary>
/// A message while it is generated: from the engine's events to blocks, events of the stream and the final message. A block starts, gains, and
/// stops before the next one starts. One thread.
/// </summary>
/// <param name="start">Its first state: no content, the prompt's tokens.</param>
/// <param name="stopStrings">Of the request.</param>
/// <param name="parser">Splits the text into its parts.</param>
/// <param name="emit">Takes each event of the stream; null when nobody listens.</param>
/// <param name="requestId">Shown in errors.</param>
internal sealed class MessagesRun(
    MessagesAnswer start, IReadOnlyList<string> stopStrings, IChatOutputParser parser, Action<MessagesEvent>? emit, string requestId) : IChatOutputSink
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<MessagesBlock> _blocks = [];
    private MessagesBlock? _open;
    private bool _hasCalls;

    /// <summary>The message as it is now; final after <see cref="Push"/> has returned false.</summary>
    public MessagesAnswer Current { get; private set; } = start;

    /// <summary>Why it failed; null when it did not.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Tells that the message exists.</summary>
    public void Start() => emit?.Invoke(new MessageStartEvent(Current));

    /// <summary>Goes on by one event of the engine.</summary>
    /// <returns>False after the last.</returns>
    public bool Push(in GenerationEvent item)
    {
        switch (item.Kind)
        {
            case GenerationEventKind.Text:
                parser.Push(item.Text.Span, this);
                return true;
            case GenerationEventKind.Finished or GenerationEventKind.Failed:
                parser.Complete(this);
                Close();
                End(item);
                return false;
            default:
                return true;
        }
    }

    /// <summary>Ends a message whose generation broke off.</summary>
    public void Break()
    {
        Close();
        Fail(AnswerEnd.Broken.Error!);
    }

    /// <inheritdoc/>
    public void OnContent(ReadOnlySpan<byte> text)
    {
        if (_open is not TextBlock)
        {
            Open(new TextBlock { Text = "" });
        }

        Gain(text, piece => new TextDelta(piece));
    }

    /// <inheritdoc/>
    public void OnReasoning(ReadOnlySpan<byte> text)
    {
        if (_open is not ThinkingBlock)
        {
            Open(new ThinkingBlock { Thinking = "", Signature = "" });
        }

        Gain(text, piece => new ThinkingDelta(piece));
    }

    /// <inheritdoc/>
    public void OnToolCall(int index, string id, string name)
    {
        _hasCalls = true;
        Open(new ToolUseBlock { Id = id, Name = name, Input = ToolInput.Empty });
    }

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json) => Gain(json, piece => new InputJsonDelta(piece));

    private void Open(MessagesBlock block)
    {
        Close();
        _open = block;
        emit?.Invoke(new BlockStartEvent { Index = _blocks.Count, Block = block });
    }

    private void Gain(ReadOnlySpan<byte> text, Func<string, BlockDelta> toDelta)
    {
        _text.Write(text);
        emit?.Invoke(new BlockDeltaEvent { Index = _blocks.Count, Delta = toDelta(Encoding.UTF8.GetString(text)) });
    }

    private void Close()
    {
        if (_open is not { } block)
        {
            return;
        }

        _open = null;
        if (block is ThinkingBlock)
        {
            emit?.Invoke(new BlockDeltaEvent { Index = _blocks.Count, Delta = new SignatureDelta(ThinkingBlock.NoSignature) });
        }

        emit?.Invoke(new BlockStopEvent { Index = _blocks.Count });
        _blocks.Add(block switch
        {
            TextBlock => new TextBlock { Text = Encoding.UTF8.GetString(_text.WrittenSpan) },
            ThinkingBlock => new ThinkingBlock { Thinking = Encoding.UTF8.GetString(_text.WrittenSpan), Signature = ThinkingBlock.NoSignature },
            ToolUseBlock call => call with { Input = ToolInput.Parse(_text.WrittenSpan) },
            _ => block,
        });
        _text.ResetWrittenCount();
    }

    private void End(in GenerationEvent last)
    {
        AnswerEnd end = AnswerEnd.From(last);
        if (!end.IsWhole)
        {
            Fail(end.Error);
            return;
        }

        string? stopSequence = last is { FinishReason: FinishReason.StopString, StopIndex: { } index } ? stopStrings[index] : null;
        var finish = new MessageEnd
        {
            StopReason = last.FinishReason switch
            {
                FinishReason.Length => "max_tokens",
                FinishReason.StopString => "stop_sequence",
                _ => _hasCalls ? "tool_use" : "end_turn",
            },
            StopSequence = stopSequence,
        };
        Current = Current with
        {
            Content = [.. _blocks], StopReason = finish.StopReason, StopSequence = finish.StopSequence, Usage = MessagesUsage.From(last.Usage),
        };
        emit?.Invoke(new MessageDeltaEvent { Delta = finish, Usage = Current.Usage });
        emit?.Invoke(new MessageStopEvent());
    }

    private void Fail(ApiError error)
    {
        Error = error;
        emit?.Invoke(new MessagesErrorEvent { Error = MessagesError.From(error, requestId).Error, RequestId = requestId });
    }
}
