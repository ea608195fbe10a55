namespace MistralServe.Inference.Constraints.Vocabulary;

/// <summary>
/// Bytes that most texts treat alike: letters of one case, and the ranges that UTF-8 tells apart (RFC 3629, section 4). All other
/// bytes, digits too, stand alone. Immutable; any thread.
/// </summary>
internal static class ByteFolds
{
    private static readonly byte[] FirstOf = FindFirsts();

    /// <summary>Bytes of each fold that has several, both ends inclusive.</summary>
    public static ReadOnlySpan<(byte First, byte Last)> Ranges =>
        new (byte, byte)[]
        {
            (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), ((byte)'A', (byte)'Z'), ((byte)'a', (byte)'z'), (0x80, 0x8F), (0x90, 0x9F), (0xA0, 0xBF),
            (0xC0, 0xC1), (0xC2, 0xDF), (0xE1, 0xEC), (0xEE, 0xEF), (0xF1, 0xF3), (0xF5, 0xFF),
        };

    /// <summary>The first byte of a byte's fold, which stands for all of them.</summary>
    public static byte Fold(byte value) => FirstOf[value];

    private static byte[] FindFirsts()
    {
        byte[] firsts = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            firsts[value] = (byte)value;
        }

        foreach ((byte first, byte last) in Ranges)
        {
            firsts.AsSpan(first..(last + 1)).Fill(first);
        }

        return firsts;
    }
}
