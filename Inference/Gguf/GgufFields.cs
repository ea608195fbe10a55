using System.Text;
using System.Text.Unicode;
using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Reads the strings of a GGUF file within their caps and words what can go wrong. Owned by one thread.
/// </summary>
internal sealed class GgufFields(BoundedReader reader)
{
    private long _keptBytes;

    /// <summary>Reads a key or name: 1 to <paramref name="cap"/> bytes of UTF-8. Null when it worked.</summary>
    public GgufProblem? ReadName(string what, int cap, out string name)
    {
        long offset = reader.Position;
        name = "";
        if (ReadString(what, cap, out byte[] bytes) is { } problem)
        {
            return problem;
        }

        if (bytes.Length == 0)
        {
            return new($"{what} at byte {Number(offset)} is empty", offset);
        }

        if (!Utf8.IsValid(bytes))
        {
            return new($"{what} at byte {Number(offset)} is not UTF-8", offset);
        }

        name = Encoding.UTF8.GetString(bytes);
        return null;
    }

    /// <summary>Reads any string of at most <paramref name="cap"/> bytes. Null when it worked.</summary>
    public GgufProblem? ReadString(string what, int cap, out byte[] bytes)
    {
        bytes = [];
        if (!reader.TryReadUInt64(out ulong length))
        {
            return Truncated(what);
        }

        if (length > (ulong)cap || length > (ulong)reader.Remaining)
        {
            return BadLength(what, length, cap);
        }

        _keptBytes += (long)length;
        if (_keptBytes > GgufLimits.KeptBytes)
        {
            return new(
                $"names and texts up to {what} at byte {Number(reader.Position)} are more than {Number((long)GgufLimits.KeptBytes)} bytes",
                reader.Position);
        }

        return reader.TryReadBytes((int)length, out bytes) ? null : Truncated(what);
    }

    /// <summary>Walks over the elements of an array of strings. Null when all of them are in the file.</summary>
    public GgufProblem? SkipStrings(string key, ulong count)
    {
        // A vocabulary has hundreds of thousands of these: no message is built before it is needed.
        for (ulong i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out ulong length))
            {
                return Truncated($"element {Number(i)} of {Quote(key)}");
            }

            if (length > GgufLimits.StringBytes || !reader.TrySkip(length))
            {
                return BadLength($"element {Number(i)} of {Quote(key)}", length, GgufLimits.StringBytes);
            }
        }

        return null;
    }

    /// <summary>The file ends inside <paramref name="what"/>.</summary>
    public GgufProblem Truncated(string what) =>
        new($"the file ends at byte {Number(reader.Length)} while reading {what}; it is truncated", reader.Length);

    private GgufProblem BadLength(string what, ulong length, int cap)
    {
        long offset = reader.Position;
        string start = $"{what} at byte {Number(offset)}";
        return length > (ulong)reader.Remaining
            ? new($"{start} claims {Number(length)} bytes, but the file ends at byte {Number(reader.Length)}; it is truncated", offset)
            : new($"{start} has {Number(length)} bytes; at most {Number((long)cap)} are allowed", offset);
    }
}
