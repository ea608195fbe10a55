namespace MistralServe.Inference.Engine;

/// <summary>
/// Says where in a choice's text stop strings count: what they must not cut, such as the arguments of a call, is only known by who reads the
/// answer. Tells stretches of the text in order, each when its meaning is settled. One per choice; engine thread only.
/// </summary>
internal interface IStopScope
{
    /// <summary>Goes on by one token's bytes, which may end inside of a character.</summary>
    void Append(ReadOnlySpan<byte> text);

    /// <summary>The answer has ended: what is not settled yet is.</summary>
    void Complete();

    /// <summary>
    /// Takes the next stretch.
    /// </summary>
    /// <param name="length">Its bytes, at least 1. All stretches together are the text so far, less what is not settled.</param>
    /// <param name="isOpen">Whether stop strings count in it; one does when it lies in open stretches that touch.</param>
    /// <returns>False when nothing more is settled.</returns>
    bool TryTake(out int length, out bool isOpen);
}
