using System.Buffers;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Arguments that stand as in a call of a programming language become members of a JSON object, one at a time: each is told when
/// it is complete, because its literal has to be translated.
/// </summary>
internal sealed class ExpressionArgumentsReader(CallSyntax syntax, CallEmitter calls) : CallBodyReader(calls)
{
    private const int MaxHeldBytes = 1024 * 1024;

    private readonly LiteralReader _literals = new(syntax.Literals);
    private readonly byte _sign = syntax.Literals == LiteralSyntax.Gemma ? (byte)':' : (byte)'=';
    private readonly byte _close = syntax.Closes[0].Opening[0];
    private readonly ArrayBufferWriter<byte> _output = new();
    private bool _anyArgument;

    /// <inheritdoc/>
    public override void Start(ChatTool tool, IChatOutputSink sink)
    {
        _anyArgument = false;
        Calls.Arguments("{"u8, sink);
    }

    /// <inheritdoc/>
    public override void End(IChatOutputSink sink) => Calls.Arguments("}"u8, sink);

    /// <inheritdoc/>
    public override ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        ReadResult next = LiteralReader.NextItem(text, _close, !_anyArgument, out bool closed);
        if (closed)
        {
            // The closing sign is matched as the call's closing mark.
            return ReadResult.Done(next.Length - 1);
        }

        if (next.Status != ReadStatus.Done)
        {
            return next;
        }

        _output.ResetWrittenCount();
        _output.Write(_anyArgument ? ", "u8 : default);
        ReadResult key = _literals.ReadKey(text[next.Length..], _sign, _output);
        int start = next.Length + key.Length;
        ReadResult value = key.Status == ReadStatus.Done ? _literals.Read(text[start..], _output) : key;
        if (value.Status != ReadStatus.Done)
        {
            return text.Length > MaxHeldBytes ? ReadResult.Malformed : value;
        }

        Calls.Arguments(_output.WrittenSpan, sink);
        _anyArgument = true;
        return new ReadResult(ReadStatus.NeedMore, start + value.Length);
    }
}
