namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Reads the arguments of calls, one after the other, and tells them as JSON in pieces. One per answer.
/// </summary>
internal abstract class CallBodyReader(CallEmitter calls)
{
    /// <summary>Where arguments go.</summary>
    protected CallEmitter Calls { get; } = calls;

    /// <summary>A reader for a syntax.</summary>
    public static CallBodyReader Create(CallSyntax syntax, CallEmitter calls) => syntax.Body switch
    {
        CallBody.JsonCall => new JsonCallReader(syntax, calls),
        CallBody.JsonArguments => new JsonArgumentsReader(calls, syntax.Closes),
        CallBody.Tagged or CallBody.Elements => new TaggedArgumentsReader(syntax, calls),
        _ => new ExpressionArgumentsReader(syntax, calls),
    };

    /// <summary>
    /// Reads what stands behind a call's header and has to be known before the call begins.
    /// </summary>
    /// <param name="text">Text behind the header.</param>
    /// <param name="values">What the header said; receives the name where the body has it.</param>
    public virtual ReadResult Begin(ReadOnlySpan<byte> text, MarkValues values) => ReadResult.Done(0);

    /// <summary>The call begins; arguments follow.</summary>
    public abstract void Start(ChatTool tool, IChatOutputSink sink);

    /// <summary>
    /// Goes on by text.
    /// </summary>
    /// <returns>NeedMore with the length used; Done behind the last argument; Malformed with the length used, when the rest is no argument.</returns>
    public abstract ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink);

    /// <summary>The call was closed as it should.</summary>
    public virtual void End(IChatOutputSink sink)
    {
    }
}
