using System.Buffers;
using System.Text;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// Builds the items of a response while its parts are recognised, and tells of every step by an event. The order of events is the contract of
/// OpenAI's clients, whose accumulators throw on any other:
/// <list type="number">
/// <item>an item is added without content;</item>
/// <item>text and reasoning add their one part, then pieces of it, then the whole of it, then the part is done; a call has pieces of its
/// arguments, then the whole of them;</item>
/// <item>the item is done, before the next one is added.</item>
/// </list>
/// One response, one thread.
/// </summary>
/// <param name="emit">Takes each event; null when nobody listens.</param>
internal sealed class ResponseRecorder(Action<ResponseEvent>? emit) : IChatOutputSink
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<ResponseItem> _output = [];
    private readonly List<ResponseLogProbability> _itemLogProbabilities = [];
    private readonly List<ResponseLogProbability> _pendingLogProbabilities = [];
    private ResponseItem? _open;
    private int _nextSequenceNumber;

    /// <summary>Items that are whole.</summary>
    public IReadOnlyList<ResponseItem> Output => _output;

    /// <summary>Number of the next event; counts it.</summary>
    public int TakeSequenceNumber() => _nextSequenceNumber++;

    /// <summary>Log probabilities of tokens whose text comes next.</summary>
    public void AddLogProbabilities(IEnumerable<ResponseLogProbability> tokens) => _pendingLogProbabilities.AddRange(tokens);

    /// <summary>Sends an event.</summary>
    public void Emit(ResponseEvent value) => emit?.Invoke(value);

    /// <inheritdoc/>
    public void OnContent(ReadOnlySpan<byte> text)
    {
        if (_open is not MessageItem message)
        {
            message = Open(new MessageItem { Id = ResponseIds.New("msg_"), Status = ItemStatus.InProgress, Role = "assistant", Content = [] });
            Emit(new PartAddedEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, ItemId = message.Id, Part = new OutputTextPart("") });
        }

        _text.Write(text);
        ResponseLogProbability[] tokens = [.. _pendingLogProbabilities];
        _itemLogProbabilities.AddRange(tokens);
        _pendingLogProbabilities.Clear();
        if (emit is not null)
        {
            Emit(new TextDeltaEvent
            {
                SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, ItemId = message.Id, Delta = Encoding.UTF8.GetString(text), LogProbabilities = tokens,
            });
        }
    }

    /// <inheritdoc/>
    public void OnReasoning(ReadOnlySpan<byte> text)
    {
        if (_open is not ReasoningItem reasoning)
        {
            reasoning = Open(new ReasoningItem { Id = ResponseIds.New("rs_"), Status = ItemStatus.InProgress, Summary = [], Content = [] });
            Emit(new PartAddedEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, ItemId = reasoning.Id, Part = new ReasoningTextPart("") });
        }

        _text.Write(text);
        _pendingLogProbabilities.Clear();
        if (emit is not null)
        {
            Emit(new ReasoningDeltaEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, ItemId = reasoning.Id, Delta = Encoding.UTF8.GetString(text) });
        }
    }

    /// <inheritdoc/>
    public void OnToolCall(int index, string id, string name) =>
        Open(new FunctionCallItem { Id = ResponseIds.New("fc_"), Status = ItemStatus.InProgress, CallId = id, Name = name, Arguments = "" });

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json)
    {
        _text.Write(json);
        _pendingLogProbabilities.Clear();
        if (emit is not null)
        {
            Emit(new ArgumentsDeltaEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, ItemId = _open!.Id, Delta = Encoding.UTF8.GetString(json) });
        }
    }

    /// <summary>Ends the item that is open, if any.</summary>
    /// <param name="status">One of <see cref="ItemStatus"/>.</param>
    public void Close(string status = ItemStatus.Completed)
    {
        if (_open is not { } item)
        {
            return;
        }

        _open = null;
        string text = Encoding.UTF8.GetString(_text.WrittenSpan);
        _text.ResetWrittenCount();
        int index = _output.Count;
        ResponseItem done = item switch
        {
            MessageItem message => CloseMessage(message, text, index),
            ReasoningItem reasoning => CloseReasoning(reasoning, text, index),
            FunctionCallItem call => CloseCall(call, text, index),
            _ => item,
        } with
        { Status = status };
        _output.Add(done);
        Emit(new ItemDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, Item = done });
    }

    private T Open<T>(T item)
        where T : ResponseItem
    {
        Close();
        _open = item;
        Emit(new ItemAddedEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = _output.Count, Item = item });
        return item;
    }

    private ResponseItem CloseMessage(MessageItem message, string text, int index)
    {
        ResponseLogProbability[] tokens = [.. _itemLogProbabilities, .. _pendingLogProbabilities];
        _itemLogProbabilities.Clear();
        _pendingLogProbabilities.Clear();
        var part = new OutputTextPart(text) { LogProbabilities = tokens };
        Emit(new TextDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, ItemId = message.Id, Text = text, LogProbabilities = tokens });
        Emit(new PartDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, ItemId = message.Id, Part = part });
        return message with { Content = [part] };
    }

    private ResponseItem CloseReasoning(ReasoningItem reasoning, string text, int index)
    {
        var part = new ReasoningTextPart(text);
        Emit(new ReasoningDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, ItemId = reasoning.Id, Text = text });
        Emit(new PartDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, ItemId = reasoning.Id, Part = part });
        return reasoning with { Content = [part] };
    }

    private ResponseItem CloseCall(FunctionCallItem call, string arguments, int index)
    {
        Emit(new ArgumentsDoneEvent { SequenceNumber = TakeSequenceNumber(), OutputIndex = index, ItemId = call.Id, Name = call.Name, Arguments = arguments });
        return call with { Arguments = arguments };
    }
}
