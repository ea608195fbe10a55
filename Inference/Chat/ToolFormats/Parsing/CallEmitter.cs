namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Tells calls to the sink: counts them, gives ids, refuses tools that are not declared and calls that are too many. One per
/// answer.
/// </summary>
internal sealed class CallEmitter(ToolParseOptions options)
{
    private readonly HashSet<string> _names = [.. options.Tools.Select(tool => tool.Name)];
    private readonly HashSet<string> _ids = [];

    /// <summary>Calls so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another call may come.</summary>
    public bool TakesCalls => _names.Count > 0 && (Count == 0 || options.ParallelToolCalls);

    /// <summary>The declared tool of a name; null when there is none.</summary>
    public ChatTool? Find(string name) => _names.Contains(name) ? options.Tools.First(tool => tool.Name == name) : null;

    /// <summary>
    /// Begins a call.
    /// </summary>
    /// <param name="name">Name of the tool.</param>
    /// <param name="id">The model's own id; null or one that was used already gets a made-up one.</param>
    /// <param name="sink">Receives it.</param>
    /// <returns>False, with nothing told, when no such call may come.</returns>
    public bool TryBegin(string name, string? id, IChatOutputSink sink)
    {
        if (!TakesCalls || !_names.Contains(name))
        {
            return false;
        }

        if (string.IsNullOrEmpty(id) || !_ids.Add(id))
        {
            id = CallIds.Create();
            _ids.Add(id);
        }

        sink.OnToolCall(Count++, id, name);
        return true;
    }

    /// <summary>More of the latest call's arguments.</summary>
    public void Arguments(ReadOnlySpan<byte> json, IChatOutputSink sink)
    {
        if (!json.IsEmpty)
        {
            sink.OnToolArguments(Count - 1, json);
        }
    }
}
