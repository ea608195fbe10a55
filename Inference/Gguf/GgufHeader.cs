namespace MistralServe.Inference.Gguf;

/// <summary>
/// Header of a GGUF file: metadata and tensor descriptions, without the tensors' data and without the elements of arrays.
/// Immutable; any thread. Source: GGUF specification, versions 2 and 3.
/// </summary>
internal sealed class GgufHeader(IReadOnlyDictionary<string, GgufValue> metadata, IReadOnlyList<GgufTensor> tensors)
{
    /// <summary>Version of the format, 2 or 3.</summary>
    public required uint Version { get; init; }

    /// <summary>First byte of the data section; tensor offsets count from here. Beyond the end of a file without data.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long FileSizeBytes { get; init; }

    /// <summary>All metadata by key.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; } = metadata;

    /// <summary>All tensors, in the order of the file; offsets ascend and do not overlap.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; } = tensors;

    /// <summary>
    /// Reads the header of a file. Reads what it needs and maps nothing. Errors: every way in which the file can be missing,
    /// forbidden, foreign, truncated or damaged is a problem. Any thread.
    /// </summary>
    public static GgufReadResult Read(string path)
    {
        if (GgufFile.TryOpen(path, out FileStream? stream) is { } problem)
        {
            return new(null, problem);
        }

        using (stream)
        {
            return Read(stream!);
        }
    }

    /// <summary>Reads the header from a seekable stream, which stays open. Errors and thread as for a file.</summary>
    public static GgufReadResult Read(Stream stream)
    {
        try
        {
            return new GgufParser(new BoundedReader(stream)).Parse();
        }
        catch (IOException)
        {
            return new(null, new("the file could not be read to the end of its header (input/output error)", 0));
        }
    }

    /// <summary>Text of a string; null when the key is absent or has another type.</summary>
    public string? GetString(string key) => Metadata.TryGetValue(key, out GgufValue value) ? value.Text : null;

    /// <summary>Value of an integer of any width; null when the key is absent, has another type or does not fit 64 bits with sign.</summary>
    public long? GetInteger(string key)
    {
        if (!Metadata.TryGetValue(key, out GgufValue value))
        {
            return null;
        }

        return value.Type switch
        {
            GgufValueType.Int8 or GgufValueType.Int16 or GgufValueType.Int32 or GgufValueType.Int64 => (long)value.Bits,
            GgufValueType.UInt8 or GgufValueType.UInt16 or GgufValueType.UInt32 => (long)value.Bits,
            GgufValueType.UInt64 when value.Bits <= long.MaxValue => (long)value.Bits,
            _ => null,
        };
    }

    /// <summary>Value of an integer of any width; null when the key is absent, has another type or is negative.</summary>
    public ulong? GetUnsigned(string key)
    {
        if (Metadata.TryGetValue(key, out GgufValue value) && value.Type == GgufValueType.UInt64)
        {
            return value.Bits;
        }

        return GetInteger(key) is { } integer and >= 0 ? (ulong)integer : null;
    }

    /// <summary>Value of a float of 32 or 64 bits; null when the key is absent or has another type.</summary>
    public double? GetFloat(string key) =>
        Metadata.TryGetValue(key, out GgufValue value) && value.Type is GgufValueType.Float32 or GgufValueType.Float64
            ? BitConverter.UInt64BitsToDouble(value.Bits)
            : null;

    /// <summary>Value of a boolean; null when the key is absent or has another type.</summary>
    public bool? GetBoolean(string key) =>
        Metadata.TryGetValue(key, out GgufValue value) && value.Type == GgufValueType.Bool ? value.Bits != 0 : null;

    /// <summary>Number of elements of an array; null when the key is absent or has another type.</summary>
    public long? GetArrayLength(string key) =>
        Metadata.TryGetValue(key, out GgufValue value) && value.Type == GgufValueType.Array ? value.Length : null;

    /// <summary>Checks that the file holds the data of every tensor; the problem names the first that it does not.</summary>
    public GgufProblem? CheckTensorData()
    {
        foreach (GgufTensor tensor in Tensors)
        {
            // 128 bits: offset and size are proven against 2^63, not against the file.
            Int128 end = (Int128)DataOffset + tensor.Offset + tensor.SizeBytes;
            if (end > FileSizeBytes)
            {
                return new(
                    $"the file ends at byte {GgufProblem.Number(FileSizeBytes)} but tensor {GgufProblem.Quote(tensor.Name)} "
                    + $"needs bytes up to {GgufProblem.Number((ulong)end)}; it is truncated",
                    FileSizeBytes);
            }
        }

        return null;
    }
}
