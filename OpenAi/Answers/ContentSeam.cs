namespace MistralServe.OpenAi.Answers;

/// <summary>
/// Tells where one line end stands in an answer's text for the calls between two texts: the white space that touched the calls is gone, and
/// the texts must not become one word. One choice; one thread.
/// </summary>
internal struct ContentSeam
{
    private bool _hasContent;
    private bool _hasCall;

    /// <summary>Notes a call.</summary>
    public void AddCall() => _hasCall = _hasContent;

    /// <summary>Notes text; whether a line end goes before it.</summary>
    public bool AddContent()
    {
        bool isBehindCall = _hasCall;
        (_hasContent, _hasCall) = (true, false);
        return isBehindCall;
    }
}
