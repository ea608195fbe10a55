using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Arguments that are a JSON object: told byte by byte as the model writes them. Some models write the object as a string, which
/// is unpacked, or nothing at all for a tool without parameters, which becomes an empty object.
/// </summary>
internal sealed class JsonArgumentsReader(CallEmitter calls, IReadOnlyList<MarkTemplate> closes) : CallBodyReader(calls)
{
    private static readonly MarkTemplate Null = new("null");

    private JsonScanner _scanner;
    private bool _started;

    /// <inheritdoc/>
    public override void Start(ChatTool tool, IChatOutputSink sink)
    {
        _scanner = default;
        _started = false;
    }

    /// <inheritdoc/>
    public override ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        int space = 0;
        if (!_started)
        {
            space = TextScan.LeadingSpace(text);
            if (space == text.Length)
            {
                return ReadResult.NeedMore;
            }

            switch (text[space])
            {
                case (byte)'{':
                    _started = true;
                    break;
                case (byte)'"':
                    return ReadPacked(text, space, sink);
                default:
                    return ReadNothing(text, sink);
            }
        }

        ReadResult result = _scanner.Read(text[space..]);
        Calls.Arguments(text.Slice(space, result.Length), sink);
        return result with { Length = space + result.Length };
    }

    private ReadResult ReadPacked(ReadOnlySpan<byte> text, int start, IChatOutputSink sink)
    {
        var scanner = default(JsonScanner);
        ReadResult result = scanner.Read(text[start..]);
        if (result.Status != ReadStatus.Done)
        {
            return result with { Length = 0 };
        }

        byte[] unpacked = Encoding.UTF8.GetBytes(JsonText.Decode(text.Slice(start, result.Length)).Trim());
        Calls.Arguments(unpacked.Length == 0 ? "{}"u8 : unpacked, sink);
        return ReadResult.Done(start + result.Length);
    }

    private ReadResult ReadNothing(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        ReadResult nothing = Null.Match(text, new MarkValues());
        foreach (MarkTemplate close in closes)
        {
            ReadResult result = close.IsEmpty ? ReadResult.Malformed : close.Match(text, new MarkValues());
            nothing = result.Status == ReadStatus.Done ? ReadResult.Done(0) : nothing.Status == ReadStatus.Malformed ? result : nothing;
        }

        if (nothing.Status == ReadStatus.Done)
        {
            Calls.Arguments("{}"u8, sink);
        }

        return nothing;
    }
}
