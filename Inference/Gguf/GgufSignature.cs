using System.Text;
using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>Tells a GGUF file by its first four bytes, and names what else people pass by mistake.</summary>
internal static class GgufSignature
{
    // First bytes as Latin-1 text, and what such a file is. The HTML page and the pointer are failed downloads.
    private static readonly (string Start, string What)[] Foreign =
    [
        ("version https://git-lfs", "a Git LFS pointer; download the file itself"),
        ("<!doctype", "an HTML page; the download went wrong"),
        ("<html", "an HTML page; the download went wrong"),
        ("PK\u0003\u0004", "a ZIP archive or PyTorch checkpoint; convert it to GGUF"),
        ("lmgg", "the GGML format that came before GGUF; convert it"),
        ("fmgg", "the GGML format that came before GGUF; convert it"),
        ("tjgg", "the GGML format that came before GGUF; convert it"),
    ];

    private static ReadOnlySpan<byte> Magic => "GGUF"u8;

    /// <summary>Reads the magic number; null when it is right. Afterwards the reader stands behind it.</summary>
    public static GgufProblem? Check(BoundedReader reader)
    {
        if (reader.Length == 0)
        {
            return new("the file is empty (0 bytes), or is no regular file", 0);
        }

        if (!reader.TryReadBytes((int)Math.Min(Magic.Length, reader.Length), out byte[] start))
        {
            return new($"the file ends at byte {Number(reader.Length)} while reading its first bytes; it is truncated", reader.Length);
        }

        if (start.AsSpan().SequenceEqual(Magic))
        {
            return null;
        }

        if (Magic.StartsWith(start))
        {
            return new($"the file ends at byte {Number(reader.Length)} while reading its first bytes; it is truncated", reader.Length);
        }

        // Enough bytes for the longest start in the table.
        reader.TryReadBytes((int)Math.Min(24, reader.Remaining), out byte[] more);
        string text = Encoding.Latin1.GetString([.. start, .. more]);
        string bytes = $"this is not a GGUF file: it starts with the bytes {Convert.ToHexString(start)} at byte 0";
        foreach ((string foreign, string what) in Foreign)
        {
            if (text.StartsWith(foreign, StringComparison.OrdinalIgnoreCase))
            {
                return new($"{bytes}, {what}", 0);
            }
        }

        return new($"{bytes} instead of \"GGUF\"", 0);
    }
}
