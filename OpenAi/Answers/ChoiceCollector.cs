using System.Buffers;
using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Collects the parts of one choice. One thread.</summary>
internal sealed class ChoiceCollector : IChatOutputSink
{
    private readonly ChatOutputReader _reader;
    private readonly List<TokenReport> _reports = [];
    private readonly List<Call> _calls = [];
    private ArrayBufferWriter<byte>? _content;
    private ArrayBufferWriter<byte>? _reasoning;
    private ContentSeam _seam;

    /// <summary>A collector that has nothing yet.</summary>
    /// <param name="parser">The choice's own parser.</param>
    public ChoiceCollector(IChatOutputParser parser) => _reader = new ChatOutputReader(parser, this);

    /// <summary>The content so far, UTF-8. Valid until the next event.</summary>
    public ReadOnlySpan<byte> Content => _content is null ? default : _content.WrittenSpan;

    /// <summary>Goes on by one event of the choice.</summary>
    public void Read(in GenerationEvent item)
    {
        _reports.AddRange(item.Tokens ?? []);
        _reader.Read(item);
    }

    /// <summary>The whole choice.</summary>
    /// <param name="last">Its last event, which was read.</param>
    public CollectedChoice Finish(in GenerationEvent last) => new(ToText(_content) ?? "", last.FinishReason, last.Usage, last.LogProbability)
    {
        Reasoning = ToText(_reasoning),
        ReasoningTokens = _reader.ReasoningTokens,
        ToolCalls = [.. _calls.Select(call => new ChatToolCall(call.Id, call.Name, ToText(call.Arguments)!))],
        Tokens = _reports,
        Times = last.Times,
    };

    /// <inheritdoc/>
    public void OnContent(ReadOnlySpan<byte> text)
    {
        (_content ??= new ArrayBufferWriter<byte>()).Write(_seam.AddContent() ? "\n"u8 : default);
        _content.Write(text);
    }

    /// <inheritdoc/>
    public void OnReasoning(ReadOnlySpan<byte> text) => (_reasoning ??= new ArrayBufferWriter<byte>()).Write(text);

    /// <inheritdoc/>
    public void OnToolCall(int index, string id, string name)
    {
        _seam.AddCall();
        _calls.Add(new Call(id, name, new ArrayBufferWriter<byte>()));
    }

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json) => _calls[index].Arguments.Write(json);

    private static string? ToText(ArrayBufferWriter<byte>? written) => written is null ? null : Encoding.UTF8.GetString(written.WrittenSpan);

    private readonly record struct Call(string Id, string Name, ArrayBufferWriter<byte> Arguments);
}
