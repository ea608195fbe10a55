using System.Buffers.Binary;
using System.Text;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Gguf;

/// <summary>Adds metadata to the bytes of a real model file.</summary>
internal static class GgufPatch
{
    // Magic, version, number of tensors, number of entries.
    private const int CountOffset = 16;
    private const int FirstEntry = 24;

    private const int Alignment = 32;

    /// <summary>
    /// The file with further unsigned entries, which it must not have yet. They come first, and with a last one as padding they are as long as
    /// a multiple of the alignment: all that follows keeps its order and its alignment.
    /// </summary>
    public static byte[] Add(byte[] file, params (string Key, uint Value)[] entries)
    {
        using var added = new MemoryStream();
        using var writer = new BinaryWriter(added);
        foreach ((string key, uint value) in entries)
        {
            WriteText(key);
            writer.Write((uint)GgufValueType.UInt32);
            writer.Write(value);
        }

        WriteText("test.padding");
        writer.Write((uint)GgufValueType.String);
        int rest = (int)(added.Length + sizeof(ulong)) % Alignment;
        WriteText(new string(' ', (Alignment - rest) % Alignment));
        byte[] patched = [.. file.AsSpan(0, FirstEntry), .. added.ToArray(), .. file.AsSpan(FirstEntry)];
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(patched.AsSpan(CountOffset));
        BinaryPrimitives.WriteUInt64LittleEndian(patched.AsSpan(CountOffset), count + (ulong)entries.Length + 1);
        return patched;

        void WriteText(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            writer.Write((ulong)bytes.Length);
            writer.Write(bytes);
        }
    }
}
