using System.Text;
using MistralServe.Inference.Chat;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>What a parser told, pieces joined; checks the rules of the sink at each call.</summary>
internal sealed class RecordingSink : IChatOutputSink
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];

    public string Content => _content.ToString();

    public string Reasoning => _reasoning.ToString();

    public IReadOnlyList<(string Id, string Name, string Arguments)> Calls => [.. _calls.Select(call => (call.Id, call.Name, call.Arguments.ToString()))];

    /// <summary>Number of pieces of arguments.</summary>
    public int ArgumentPieces { get; private set; }

    /// <summary>All of it, without made-up ids.</summary>
    public string Summary => $"reasoning<{Reasoning}> content<{Content}> "
        + string.Join(' ', _calls.Select(call => $"{call.Name}#{(call.Id.StartsWith("call_", StringComparison.Ordinal) ? "" : call.Id)}({call.Arguments})"));

    public void OnContent(ReadOnlySpan<byte> text) => Append(_content, text);

    public void OnReasoning(ReadOnlySpan<byte> text) => Append(_reasoning, text);

    public void OnToolCall(int index, string id, string name)
    {
        Assert.Equal(_calls.Count, index);
        Assert.DoesNotContain(_calls, call => call.Id == id);
        Assert.NotEqual("", id);
        _calls.Add((id, name, new StringBuilder()));
    }

    public void OnToolArguments(int index, ReadOnlySpan<byte> json)
    {
        Assert.Equal(_calls.Count - 1, index);
        Append(_calls[index].Arguments, json);
        ArgumentPieces++;
    }

    private static void Append(StringBuilder target, ReadOnlySpan<byte> text)
    {
        Assert.False(text.IsEmpty);
        target.Append(Strict.GetString(text));
    }
}
