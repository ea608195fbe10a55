using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Arguments between marks of their own become members of a JSON object. A string is told as it comes; a value that may be
/// something else is held up to its end, because templates write such values as JSON or as Python prints them.
/// </summary>
internal sealed class TaggedArgumentsReader : CallBodyReader
{
    // A value that is no plain string is held; ours.
    private const int MaxHeldBytes = 1024 * 1024;

    private readonly CallSyntax _syntax;
    private readonly byte[] _close;
    private readonly byte[] _cdataClose;
    private readonly ElementReader? _elements;
    private readonly ArrayBufferWriter<byte> _output = new();
    private ChatTool? _tool;
    private Stage _stage;

    // None: a mark says that the value is JSON, of whatever type.
    private JsonTypes _types;
    private byte[] _end;
    private bool _anyParameter;
    private string _key = "";

    /// <summary>A reader for a syntax.</summary>
    public TaggedArgumentsReader(CallSyntax syntax, CallEmitter calls)
        : base(calls)
    {
        _syntax = syntax;
        _close = Encoding.UTF8.GetBytes(syntax.ParameterClose);
        _cdataClose = [.. "]]>"u8, .. _close];
        _end = _close;
        _elements = syntax.Body == CallBody.Elements ? new ElementReader(syntax.ElementMark) : null;
    }

    private enum Stage
    {
        Between,
        Begin,
        String,
        Held,
    }

    /// <inheritdoc/>
    public override void Start(ChatTool tool, IChatOutputSink sink)
    {
        _tool = tool;
        _stage = Stage.Between;
        _anyParameter = false;
        Calls.Arguments("{"u8, sink);
    }

    /// <inheritdoc/>
    public override void End(IChatOutputSink sink) => Calls.Arguments("}"u8, sink);

    /// <inheritdoc/>
    public override ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        if (_stage == Stage.Between)
        {
            return ReadKey(text, sink);
        }

        if (_stage == Stage.Begin)
        {
            if (BeginValue(text, final) is not { } dropped)
            {
                return ReadResult.NeedMore;
            }

            if (dropped > 0)
            {
                return new ReadResult(ReadStatus.NeedMore, dropped);
            }
        }

        return _stage == Stage.String ? ReadString(text, sink) : ReadHeld(text, sink);
    }

    private ReadResult ReadKey(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        var values = new MarkValues();
        ReadResult result = _syntax.Parameter.Match(text, values);
        if (result.Status == ReadStatus.Malformed)
        {
            return ReadResult.Done(0);
        }

        if (result.Status == ReadStatus.NeedMore)
        {
            return result;
        }

        _key = values.Key!;
        if (_elements is not null && _key[0] == '/')
        {
            // The closing tag of the call.
            return ReadResult.Done(0);
        }

        _types = values.Type switch
        {
            null => SchemaTypes.OfParameter(_tool!, values.Key!),
            "string" => JsonTypes.String,
            _ => JsonTypes.None,
        };
        _output.ResetWrittenCount();
        _output.Write(_anyParameter ? ", "u8 : default);
        JsonWriting.WriteString(Encoding.UTF8.GetBytes(values.Key!), _output);
        _output.Write(": "u8);
        Calls.Arguments(_output.WrittenSpan, sink);
        _anyParameter = true;
        _stage = Stage.Begin;
        return new ReadResult(ReadStatus.NeedMore, result.Length);
    }

    // Gives how much to drop, the line end or the CDATA mark that a value may begin with; null to wait.
    private int? BeginValue(ReadOnlySpan<byte> text, bool final)
    {
        ReadOnlySpan<byte> cdata = "<![CDATA["u8;
        if (text.IsEmpty || (!final && text.Length < cdata.Length && cdata.StartsWith(text)))
        {
            return null;
        }

        bool isCdata = _elements is null && text.StartsWith(cdata);
        _end = isCdata ? _cdataClose : _elements?.CloseOf(_key) ?? _close;
        _stage = _types == JsonTypes.String ? Stage.String : Stage.Held;
        _output.ResetWrittenCount();
        _output.Write(_stage == Stage.String ? "\""u8 : default);
        return isCdata ? cdata.Length : _syntax.ValuesOnLines && text[0] == '\n' ? 1 : 0;
    }

    private ReadResult ReadString(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        int length = text.IndexOf(_end);
        if (length >= 0)
        {
            JsonWriting.WriteEscaped(WithoutLineEnd(text[..length]), _output);
            _output.Write("\""u8);
            return EndValue(length, sink);
        }

        ReadOnlySpan<byte> decided = WithoutLineEnd(text[..^TextScan.PossibleMark(text, _end)]);
        JsonWriting.WriteEscaped(decided, _output);
        Calls.Arguments(_output.WrittenSpan, sink);
        _output.ResetWrittenCount();
        return new ReadResult(ReadStatus.NeedMore, decided.Length);
    }

    private ReadResult ReadHeld(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        int length = FindEnd(text);
        if (length < 0)
        {
            return text.Length > MaxHeldBytes ? ReadResult.Malformed : ReadResult.NeedMore;
        }

        if (_elements is not null)
        {
            JsonElement? schema = SchemaTypes.FindInside(_tool!.Parameters, _tool.Parameters ?? default, _key);
            _elements.Write(text[..length], schema, _tool.Parameters ?? default, _output);
        }
        else
        {
            ScalarWriting.Write(text[..length], _types, _output, _syntax.ValuesOnLines && _end == _close);
        }

        return EndValue(length, sink);
    }

    // The closing mark may stand in a string inside of JSON: such a value is not complete there.
    private int FindEnd(ReadOnlySpan<byte> text)
    {
        if (_elements is not null)
        {
            return _elements.FindEnd(text, _key);
        }

        int length = text.IndexOf(_end);
        while (length >= 0)
        {
            var scanner = default(JsonScanner);
            if (text[TextScan.LeadingSpace(text)] is not ((byte)'{' or (byte)'[') || scanner.Read(text[..length]).Status != ReadStatus.NeedMore)
            {
                return length;
            }

            int next = text[(length + 1)..].IndexOf(_end);
            length = next < 0 ? -1 : length + 1 + next;
        }

        return -1;
    }

    private ReadResult EndValue(int length, IChatOutputSink sink)
    {
        Calls.Arguments(_output.WrittenSpan, sink);
        _output.ResetWrittenCount();
        _stage = Stage.Between;
        return new ReadResult(ReadStatus.NeedMore, length + _end.Length);
    }

    private ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> value) =>
        _syntax.ValuesOnLines && _end == _close && value.EndsWith("\n"u8) ? value[..^1] : value;
}
