using System.Numerics;
using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Parses the front of a GGUF file: (1) fixed fields, (2) metadata, (3) tensor descriptions. Each step returns null or the
/// problem that ends the reading. Owned by one thread; used once.
/// </summary>
internal sealed class GgufParser(BoundedReader reader)
{
    // Smallest entries: key length, one byte of key, type, one byte of value; name length, one byte of name, dimension count, type, offset.
    private const int SmallestMetadataBytes = 8 + 1 + 4 + 1;
    private const int SmallestTensorBytes = 8 + 1 + 4 + 4 + 8;

    private readonly GgufFields _fields = new(reader);
    private uint _version;
    private int _metadataCount;
    private int _tensorCount;

    /// <summary>Parses everything up to the data section.</summary>
    public GgufReadResult Parse()
    {
        // 1
        if (ParseFixedFields() is { } badFixedField)
        {
            return new(null, badFixedField);
        }

        // 2
        GgufMetadataParser metadata = new(reader, _fields);
        if (metadata.Parse(_metadataCount) is { } badMetadata)
        {
            return new(null, badMetadata);
        }

        if (FindAlignment(metadata.Metadata, out long alignment) is { } badAlignment)
        {
            return new(null, badAlignment);
        }

        // 3
        GgufTensorParser tensors = new(reader, _fields, alignment);
        if (tensors.Parse(_tensorCount) is { } badTensor)
        {
            return new(null, badTensor);
        }

        long dataOffset = tensors.AlignUp(reader.Position);
        GgufHeader header = new(metadata.Metadata, tensors.Tensors) { Version = _version, DataOffset = dataOffset, FileSizeBytes = reader.Length };
        return new(header, null);
    }

    private GgufProblem? ParseFixedFields()
    {
        if (GgufSignature.Check(reader) is { } foreign)
        {
            return foreign;
        }

        long versionOffset = reader.Position;
        if (!reader.TryReadUInt32(out _version))
        {
            return _fields.Truncated("the format version");
        }

        if (_version != 0 && (_version & 0xFFFF) == 0)
        {
            return new($"the file is in the other byte order, big-endian (version at byte {versionOffset}); get a little-endian one", versionOffset);
        }

        if (_version is not (2 or 3))
        {
            return new($"the file has GGUF version {_version} (at byte {versionOffset}); 2 and 3 are supported", versionOffset);
        }

        return ReadCount("tensors", SmallestTensorBytes, out _tensorCount)
            ?? ReadCount("metadata entries", SmallestMetadataBytes, out _metadataCount);
    }

    private GgufProblem? ReadCount(string what, int smallestBytes, out int count)
    {
        long offset = reader.Position;
        count = 0;
        if (!reader.TryReadUInt64(out ulong value))
        {
            return _fields.Truncated($"the number of {what}");
        }

        string claim = $"the file claims {Number(value)} {what} (at byte {Number(offset)})";
        if (value > GgufLimits.Entries)
        {
            return new($"{claim}; at most {Number((long)GgufLimits.Entries)} are allowed", offset);
        }

        if (value > (ulong)(reader.Remaining / smallestBytes))
        {
            return new($"{claim} but ends at byte {Number(reader.Length)}; it is truncated", offset);
        }

        count = (int)value;
        return null;
    }

    private static GgufProblem? FindAlignment(IReadOnlyDictionary<string, GgufValue> metadata, out long alignment)
    {
        alignment = GgufLimits.DefaultAlignment;
        if (!metadata.TryGetValue(MetadataKeys.Alignment, out GgufValue value))
        {
            return null;
        }

        if (value.Type != GgufValueType.UInt32 || !BitOperations.IsPow2(value.Bits) || value.Bits > GgufLimits.LargestAlignment)
        {
            return new(
                $"{MetadataKeys.Alignment} (at byte {Number(value.Offset)}) must be a uint32 and a power of two "
                + $"up to {Number((long)GgufLimits.LargestAlignment)}",
                value.Offset);
        }

        alignment = (long)value.Bits;
        return null;
    }
}
