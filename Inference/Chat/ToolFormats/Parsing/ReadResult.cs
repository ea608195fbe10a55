namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>What came of reading a piece of text.</summary>
internal enum ReadStatus
{
    /// <summary>The text may become it: more is needed to say so.</summary>
    NeedMore,

    /// <summary>It was read.</summary>
    Done,

    /// <summary>The text is something else.</summary>
    Malformed,
}

/// <summary>What came of reading a piece of text, and how much of it was used.</summary>
/// <param name="Status">Whether it was read.</param>
/// <param name="Length">Bytes used: with <see cref="ReadStatus.Done"/> all of the piece; else those whose meaning is settled.</param>
internal readonly record struct ReadResult(ReadStatus Status, int Length)
{
    /// <summary>More is needed; nothing was used.</summary>
    public static ReadResult NeedMore => new(ReadStatus.NeedMore, 0);

    /// <summary>It is something else; nothing was used.</summary>
    public static ReadResult Malformed => new(ReadStatus.Malformed, 0);

    /// <summary>It was read.</summary>
    public static ReadResult Done(int length) => new(ReadStatus.Done, length);
}
