namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// A call that is one JSON object with name and arguments. The call begins when its name is known; arguments that come before
/// the name are held until then.
/// </summary>
internal sealed class JsonCallReader(CallSyntax syntax, CallEmitter calls) : CallBodyReader(calls)
{
    // Members that models write beside name and arguments; others in an answer without marks mean that it is no call.
    private static readonly string[] KnownKeys = ["type", "id", "tool_call_id", "index"];

    private readonly JsonArgumentsReader _arguments = new(calls, []);
    private byte[]? _early;
    private bool _closed;
    private bool _inArguments;

    /// <inheritdoc/>
    public override ReadResult Begin(ReadOnlySpan<byte> text, MarkValues values)
    {
        _early = null;
        _closed = false;
        _inArguments = false;
        int position = TextScan.LeadingSpace(text);
        if (position == text.Length)
        {
            return ReadResult.NeedMore;
        }

        if (text[position++] != '{')
        {
            return ReadResult.Malformed;
        }

        for (bool first = true; ; first = false)
        {
            ReadResult member = ReadMember(text[position..], first, values);
            if (member.Status != ReadStatus.Done)
            {
                return member with { Length = 0 };
            }

            position += member.Length;
            if (_closed || _inArguments)
            {
                return values.Name is null ? ReadResult.Malformed : ReadResult.Done(position);
            }
        }
    }

    /// <inheritdoc/>
    public override void Start(ChatTool tool, IChatOutputSink sink)
    {
        if (_inArguments)
        {
            _arguments.Start(tool, sink);
            return;
        }

        Calls.Arguments(_early ?? "{}"u8, sink);
    }

    /// <inheritdoc/>
    public override ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        if (_closed)
        {
            return ReadResult.Done(0);
        }

        if (_inArguments)
        {
            ReadResult result = _arguments.Read(text, final, sink);
            _inArguments = result.Status != ReadStatus.Done;
            return result.Status == ReadStatus.Done ? new ReadResult(ReadStatus.NeedMore, result.Length) : result;
        }

        ReadResult member = ReadMember(text, first: false, values: null);
        return member.Status == ReadStatus.Done && !_closed ? member with { Status = ReadStatus.NeedMore } : member;
    }

    // One member with the comma before it, or the closing brace. Stops before the arguments when the name is known; behind the
    // arguments, when values is null, all other members are skipped.
    private ReadResult ReadMember(ReadOnlySpan<byte> text, bool first, MarkValues? values)
    {
        int position = TextScan.LeadingSpace(text);
        if (position == text.Length)
        {
            return ReadResult.NeedMore;
        }

        if (text[position] == '}')
        {
            _closed = true;
            return ReadResult.Done(position + 1);
        }

        if (!first)
        {
            if (text[position++] != ',')
            {
                return ReadResult.Malformed;
            }

            position += TextScan.LeadingSpace(text[position..]);
        }

        ReadResult result = ReadKey(text[position..], out string key);
        if (result.Status != ReadStatus.Done)
        {
            return result;
        }

        position += result.Length;
        bool isArguments = syntax.NameKey is null || key == syntax.ArgumentsKey || key is "arguments" or "parameters";
        if (syntax.NameKey is null && values is not null)
        {
            values.Name ??= key;
        }

        if (isArguments && values?.Name is not null)
        {
            _inArguments = true;
            return ReadResult.Done(position);
        }

        var scanner = default(JsonScanner);
        result = scanner.Read(text[position..]);
        if (result.Status != ReadStatus.Done)
        {
            return result with { Length = 0 };
        }

        ReadOnlySpan<byte> value = text.Slice(position, result.Length);
        value = value[TextScan.LeadingSpace(value)..];
        return values is null || Take(key, value, isArguments, values) ? ReadResult.Done(position + result.Length) : ReadResult.Malformed;
    }

    private bool Take(string key, ReadOnlySpan<byte> value, bool isArguments, MarkValues values)
    {
        if (isArguments)
        {
            _early = value.SequenceEqual("null"u8) ? "{}"u8.ToArray() : value.ToArray();
            return _early[0] == '{';
        }

        if (key == syntax.NameKey || (key == "name" && values.Name is null))
        {
            values.Name = value[0] == '"' ? JsonText.Decode(value) : null;
            return values.Name is not null;
        }

        return !syntax.OnlyAtStart || KnownKeys.Contains(key);
    }

    private static ReadResult ReadKey(ReadOnlySpan<byte> text, out string key)
    {
        key = "";
        if (text.IsEmpty)
        {
            return ReadResult.NeedMore;
        }

        if (text[0] != '"')
        {
            return ReadResult.Malformed;
        }

        var scanner = default(JsonScanner);
        ReadResult result = scanner.Read(text);
        if (result.Status != ReadStatus.Done)
        {
            return result with { Length = 0 };
        }

        key = JsonText.Decode(text[..result.Length]);
        int position = result.Length + TextScan.LeadingSpace(text[result.Length..]);
        return position == text.Length ? ReadResult.NeedMore : text[position] == ':' ? ReadResult.Done(position + 1) : ReadResult.Malformed;
    }
}
