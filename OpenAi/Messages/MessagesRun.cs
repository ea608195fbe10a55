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
internal sealed class MessagesRun : IChatOutputSink
{
    private readonly IReadOnlyList<string> _stopStrings;
    private readonly IChatOutputParser _parser;
    private readonly ChatOutputReader _reader;
    private readonly Action<MessagesEvent>? _emit;
    private readonly string _requestId;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<MessagesBlock> _blocks = [];
    private MessagesBlock? _open;

    /// <summary>A message of which nothing is generated yet.</summary>
    /// <param name="start">Its first state: no content, the prompt's tokens.</param>
    /// <param name="stopStrings">Of the request.</param>
    /// <param name="parser">Splits the text into its parts.</param>
    /// <param name="emit">Takes each event of the stream; null when nobody listens.</param>
    /// <param name="requestId">Shown in errors.</param>
    public MessagesRun(MessagesAnswer start, IReadOnlyList<string> stopStrings, IChatOutputParser parser, Action<MessagesEvent>? emit, string requestId)
    {
        Current = start;
        _stopStrings = stopStrings;
        _parser = parser;
        _reader = new ChatOutputReader(parser, this);
        _emit = emit;
        _requestId = requestId;
    }

    /// <summary>The message as it is now; final after <see cref="Push"/> has returned false.</summary>
    public MessagesAnswer Current { get; private set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Tells that the message exists.</summary>
    public void Start() => _emit?.Invoke(new MessageStartEvent(Current));

    /// <summary>Goes on by one event of the engine.</summary>
    /// <returns>False after the last.</returns>
    public bool Push(in GenerationEvent item)
    {
        _reader.Read(item);
        switch (item.Kind)
        {
            case GenerationEventKind.Failed:
                _parser.Complete(this);
                break;
            case GenerationEventKind.Finished:
                break;
            default:
                return true;
        }

        Close();
        End(item);
        return false;
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
        Open(new ToolUseBlock { Id = id, Name = name, Input = ToolInput.Empty });
    }

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json) => Gain(json, piece => new InputJsonDelta(piece));

    private void Open(MessagesBlock block)
    {
        Close();
        _open = block;
        _emit?.Invoke(new BlockStartEvent { Index = _blocks.Count, Block = block });
    }

    private void Gain(ReadOnlySpan<byte> text, Func<string, BlockDelta> toDelta)
    {
        _text.Write(text);
        _emit?.Invoke(new BlockDeltaEvent { Index = _blocks.Count, Delta = toDelta(Encoding.UTF8.GetString(text)) });
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
            _emit?.Invoke(new BlockDeltaEvent { Index = _blocks.Count, Delta = new SignatureDelta(ThinkingBlock.NoSignature) });
        }

        _emit?.Invoke(new BlockStopEvent { Index = _blocks.Count });
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

        string? stopSequence = last is { FinishReason: FinishReason.StopString, StopIndex: { } index } ? _stopStrings[index] : null;
        var finish = new MessageEnd
        {
            StopReason = last.FinishReason switch
            {
                FinishReason.Length => "max_tokens",
                _ when _reader.CallCount > 0 => "tool_use",
                FinishReason.StopString => "stop_sequence",
                _ => "end_turn",
            },
            StopSequence = stopSequence,
        };
        Current = Current with
        {
            Content = [.. _blocks], StopReason = finish.StopReason, StopSequence = finish.StopSequence, Usage = MessagesUsage.From(last.Usage),
        };
        _emit?.Invoke(new MessageDeltaEvent { Delta = finish, Usage = Current.Usage });
        _emit?.Invoke(new MessageStopEvent());
    }

    private void Fail(ApiError error)
    {
        Error = error;
        _emit?.Invoke(new MessagesErrorEvent { Error = MessagesError.From(error, _requestId).Error, RequestId = _requestId });
    }
}
