namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// Tokens of stretches of text that prompts had before. A conversation is sent whole at each turn, and the tokens of its earlier messages stay the
/// same: what stands between two control tokens is tokenised by itself. The least recently used go first. Any thread.
/// </summary>
internal sealed class TokenRunCache
{
    /// <summary>Shortest text that is kept, in bytes. Ours: below, looking it up costs as much as tokenising it.</summary>
    public const int MinLength = 64;

    /// <summary>Most bytes of texts and tokens together. Ours: some conversations of the longest contexts.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    private readonly RecentlyUsed<int, Run> _runs = new(int.MaxValue, MaxBytes);

    /// <summary>The tokens of a text; null when they are not there. Not to be changed.</summary>
    /// <param name="text">UTF-8.</param>
    public int[]? Find(ReadOnlySpan<byte> text) => _runs.Find(Key(text)) is { } run && text.SequenceEqual(run.Text) ? run.Tokens : null;

    /// <summary>Keeps the tokens of a text, in the place of another with the same hash.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="tokens">Its tokens; not to be changed any more.</param>
    public void Add(ReadOnlySpan<byte> text, int[] tokens)
    {
        // With what the objects around them take.
        long bytes = text.Length + (4L * tokens.Length) + 256;
        if (bytes <= MaxBytes / 2)
        {
            _runs.Add(Key(text), new Run(text.ToArray(), tokens), bytes);
        }
    }

    // Seeded at random by the runtime: nobody can make texts that collide.
    private static int Key(ReadOnlySpan<byte> text)
    {
        var hash = default(HashCode);
        hash.AddBytes(text);
        return hash.ToHashCode();
    }

    private sealed class Run(byte[] text, int[] tokens)
    {
        public byte[] Text => text;

        public int[] Tokens => tokens;
    }
}
