namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>Small searches in UTF-8 text. Stateless.</summary>
internal static class TextScan
{
    /// <summary>
    /// Most white space before a call, and before or at the end of reasoning, that is no part of the answer. More is text, so that a model
    /// that writes nothing else is seen by the client and by stop strings. Ours: some empty lines and an indentation.
    /// </summary>
    public const int MaxDroppedSpace = 64;

    /// <summary>JSON's white space.</summary>
    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    /// <summary>Length of the white space that a text begins with.</summary>
    public static int LeadingSpace(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && IsSpace(text[length]))
        {
            length++;
        }

        return length;
    }

    /// <summary>Length of the white space that a text ends with, at most <see cref="MaxDroppedSpace"/>.</summary>
    public static int TrailingSpace(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && length < MaxDroppedSpace && IsSpace(text[^(length + 1)]))
        {
            length++;
        }

        return length;
    }

    /// <summary>
    /// Finds the earliest of some marks; of two at one place the longer.
    /// </summary>
    /// <returns>Where it begins and which it is; (-1, -1) when none is there.</returns>
    public static (int Index, int Mark) FindFirst(ReadOnlySpan<byte> text, IReadOnlyList<byte[]> marks)
    {
        (int Index, int Mark) first = (-1, -1);
        for (int mark = 0; mark < marks.Count; mark++)
        {
            int index = text.IndexOf(marks[mark]);
            if (index >= 0 && (first.Index < 0 || index < first.Index || (index == first.Index && marks[mark].Length > marks[first.Mark].Length)))
            {
                first = (index, mark);
            }
        }

        return first;
    }

    /// <summary>Length of the longest end of a text that is the beginning of a mark, but not all of it.</summary>
    public static int PossibleMark(ReadOnlySpan<byte> text, IReadOnlyList<byte[]> marks)
    {
        int longest = 0;
        foreach (byte[] mark in marks)
        {
            longest = Math.Max(longest, PossibleMark(text, mark));
        }

        return longest;
    }

    /// <inheritdoc cref="PossibleMark(ReadOnlySpan{byte}, IReadOnlyList{byte[]})"/>
    public static int PossibleMark(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        for (int length = Math.Min(mark.Length - 1, text.Length); length > 0; length--)
        {
            if (mark.StartsWith(text[^length..]))
            {
                return length;
            }
        }

        return 0;
    }
}
