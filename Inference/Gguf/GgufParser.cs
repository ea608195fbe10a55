using System.Numerics;
using System.Text;
using System.Text.Unicode;
using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Parses the front of a GGUF file: (1) fixed fields, (2) metadata, (3) tensor descriptions. Each step returns null or the
/// problem that ends the reading. Large arrays are walked, not kept. Owned by one thread; used once.
/// </summary>
internal sealed class GgufParser(BoundedReader reader)
{
    // Smallest entries: key length, one byte of key, type, one byte of value; name length, one byte of name, dimension count, type, offset.
    private const int SmallestMetadataBytes = 8 + 1 + 4 + 1;
    private const int SmallestTensorBytes = 8 + 1 + 4 + 4 + 8;

    private readonly Dictionary<string, GgufValue> _metadata = new(StringComparer.Ordinal);
    private readonly List<GgufTensor> _tensors = [];
    private readonly HashSet<string> _tensorNames = new(StringComparer.Ordinal);
    private uint _version;
    private int _metadataCount;
    private int _tensorCount;
    private long _keptBytes;
    private long _alignment = GgufLimits.DefaultAlignment;
    private long _nextTensorOffset;

    /// <summary>Parses everything up to the data section.</summary>
    public GgufReadResult Parse()
    {
        GgufProblem? problem = ParseFixedFields();
        for (int i = 0; problem is null && i < _metadataCount; i++)
        {
            problem = ParseMetadataEntry(i);
        }

        problem ??= ReadAlignment();
        for (int i = 0; problem is null && i < _tensorCount; i++)
        {
            problem = ParseTensor(i);
        }

        if (problem is not null)
        {
            return new(null, problem);
        }

        long dataOffset = AlignUp(reader.Position);
        return new(new GgufHeader(_metadata, _tensors) { Version = _version, DataOffset = dataOffset, FileSizeBytes = reader.Length }, null);
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
            return Truncated("the format version");
        }

        if (_version != 0 && (_version & 0xFFFF) == 0)
        {
            return new($"the file is in the other byte order, big-endian (version at byte {Number(versionOffset)}); get a little-endian one", versionOffset);
        }

        if (_version is not (2 or 3))
        {
            return new($"the file has GGUF version {_version} (at byte {Number(versionOffset)}); 2 and 3 are supported", versionOffset);
        }

        return ReadCount("tensors", SmallestTensorBytes, out _tensorCount) ?? ReadCount("metadata entries", SmallestMetadataBytes, out _metadataCount);
    }

    private GgufProblem? ReadCount(string what, int smallestBytes, out int count)
    {
        long offset = reader.Position;
        count = 0;
        if (!reader.TryReadUInt64(out ulong value))
        {
            return Truncated($"the number of {what}");
        }

        if (value > GgufLimits.Entries)
        {
            return new($"the file claims {Number(value)} {what} (at byte {Number(offset)}); at most {Number((long)GgufLimits.Entries)} are allowed", offset);
        }

        if (value > (ulong)(reader.Remaining / smallestBytes))
        {
            return new(
                $"the file claims {Number(value)} {what} (at byte {Number(offset)}) but ends at byte {Number(reader.Length)}; it is truncated", offset);
        }

        count = (int)value;
        return null;
    }

    private GgufProblem? ParseMetadataEntry(int index)
    {
        string ordinal = $"key {index + 1} of {_metadataCount}";
        if (ReadName(ordinal, GgufLimits.KeyBytes, out string key) is { } badKey)
        {
            return badKey;
        }

        long offset = reader.Position;
        if (_metadata.ContainsKey(key))
        {
            return new($"the key {Quote(key)} appears twice; the second ends at byte {Number(offset)}", offset);
        }

        if (!reader.TryReadUInt32(out uint typeNumber))
        {
            return Truncated($"the type of {Quote(key)}");
        }

        GgufProblem? problem = ParseValue(key, (GgufValueType)typeNumber, out GgufValue value);
        if (problem is null)
        {
            _metadata.Add(key, value);
        }

        return problem;
    }

    private GgufProblem? ParseValue(string key, GgufValueType type, out GgufValue value)
    {
        long offset = reader.Position;
        value = default;
        if (type == GgufValueType.Array)
        {
            return ParseArray(key, out value);
        }

        if (type == GgufValueType.String)
        {
            int cap = key.StartsWith(MetadataKeys.ChatTemplate, StringComparison.Ordinal) ? GgufLimits.TemplateBytes : GgufLimits.StringBytes;
            GgufProblem? problem = ReadString($"the value of {Quote(key)}", cap, out byte[] bytes);
            value = new(type, 0, Encoding.UTF8.GetString(bytes), default, 0, offset);
            return problem;
        }

        if (ScalarBytes(type) == 0)
        {
            return new($"the value of {Quote(key)} has the unknown type {(uint)type} (at byte {Number(offset - sizeof(uint))})", offset - sizeof(uint));
        }

        if (!TryReadScalar(type, out ulong bits))
        {
            return Truncated($"the value of {Quote(key)}");
        }

        value = new(type, bits, null, default, 0, offset);
        return null;
    }

    private GgufProblem? ParseArray(string key, out GgufValue value)
    {
        long offset = reader.Position;
        value = default;
        if (!reader.TryReadUInt32(out uint elementNumber) || !reader.TryReadUInt64(out ulong length))
        {
            return Truncated($"the array {Quote(key)}");
        }

        GgufValueType elementType = (GgufValueType)elementNumber;
        int elementBytes = elementType == GgufValueType.String ? sizeof(ulong) : ScalarBytes(elementType);
        if (elementBytes == 0)
        {
            string kind = elementType == GgufValueType.Array ? "is an array of arrays" : $"has elements of the unknown type {elementNumber}";
            return new($"the array {Quote(key)} {kind} (at byte {Number(offset)})", offset);
        }

        // Division instead of multiplication: the length is anything up to 2^64.
        if (length > (ulong)reader.Remaining / (ulong)elementBytes)
        {
            return new(
                $"the array {Quote(key)} at byte {Number(offset)} claims {Number(length)} elements, "
                + $"but the file ends at byte {Number(reader.Length)}; it is truncated",
                offset);
        }

        value = new(GgufValueType.Array, 0, null, elementType, (long)length, offset);
        if (elementType == GgufValueType.String)
        {
            return SkipStrings(key, length);
        }

        return reader.TrySkip(length * (ulong)elementBytes) ? null : Truncated($"the array {Quote(key)}");
    }

    // A vocabulary has hundreds of thousands of these: no message is built before it is needed.
    private GgufProblem? SkipStrings(string key, ulong count)
    {
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

    private bool TryReadScalar(GgufValueType type, out ulong bits)
    {
        bits = 0;
        switch (ScalarBytes(type))
        {
            case 1:
                bool one = reader.TryReadByte(out byte value8);
                bits = type switch { GgufValueType.Int8 => (ulong)(sbyte)value8, GgufValueType.Bool => value8 != 0 ? 1UL : 0, _ => value8 };
                return one;
            case 2:
                bool two = reader.TryReadUInt16(out ushort value16);
                bits = type == GgufValueType.Int16 ? (ulong)(short)value16 : value16;
                return two;
            case 4:
                bool four = reader.TryReadUInt32(out uint value32);
                bits = type switch
                {
                    GgufValueType.Int32 => (ulong)(int)value32,
                    GgufValueType.Float32 => BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle(value32)),
                    _ => value32,
                };
                return four;
            default:
                return reader.TryReadUInt64(out bits);
        }
    }

    private static int ScalarBytes(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    private GgufProblem? ReadAlignment()
    {
        if (!_metadata.TryGetValue(MetadataKeys.Alignment, out GgufValue value))
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

        _alignment = (long)value.Bits;
        return null;
    }

    private GgufProblem? ParseTensor(int index)
    {
        long start = reader.Position;
        if (ReadName($"the name of tensor {index + 1} of {_tensorCount}", GgufLimits.TensorNameBytes, out string name) is { } badName)
        {
            return badName;
        }

        string what = $"tensor {Quote(name)}";
        if (!_tensorNames.Add(name))
        {
            return new($"{what} is described twice; the second at byte {Number(start)}", start);
        }

        if (!reader.TryReadUInt32(out uint dimensionCount))
        {
            return Truncated(what);
        }

        if (dimensionCount > GgufLimits.Dimensions)
        {
            return new($"{what} at byte {Number(start)} claims {dimensionCount} dimensions; at most {GgufLimits.Dimensions} are possible", start);
        }

        long[] dimensions = new long[dimensionCount];
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (!reader.TryReadUInt64(out ulong dimension))
            {
                return Truncated(what);
            }

            if (dimension is 0 or > long.MaxValue)
            {
                return new($"{what} at byte {Number(start)} has the impossible dimension {Number(dimension)}", start);
            }

            dimensions[i] = (long)dimension;
        }

        if (!reader.TryReadUInt32(out uint typeNumber) || !reader.TryReadUInt64(out ulong offset))
        {
            return Truncated(what);
        }

        return AddTensor(name, dimensions, typeNumber, offset, start);
    }

    private GgufProblem? AddTensor(string name, long[] dimensions, uint typeNumber, ulong offset, long start)
    {
        string what = $"tensor {Quote(name)} at byte {Number(start)}";
        if (TensorType.Find(typeNumber) is not { } type)
        {
            return new($"{what} has the unknown type {typeNumber}; it may need a newer version of this program", start);
        }

        long row = dimensions.Length == 0 ? 1 : dimensions[0];
        if (row % type.BlockElements != 0)
        {
            return new($"{what} has rows of {Number(row)} elements, which are no whole blocks of {type.BlockElements} ({type.Name})", start);
        }

        Int128 elements = 1;
        foreach (long dimension in dimensions)
        {
            // Both factors are below 2^63, so the product fits 128 bits and is checked before the next one.
            elements *= dimension;
            if (elements > long.MaxValue)
            {
                return new($"{what} claims more than {Number(long.MaxValue)} elements", start);
            }
        }

        Int128 size = elements / type.BlockElements * type.BlockBytes;
        if (size > long.MaxValue - GgufLimits.LargestAlignment - _nextTensorOffset)
        {
            return new($"{what} claims more bytes than a file can have", start);
        }

        // The library lays tensors out in the order of their descriptions, each padded to the alignment, and refuses anything else.
        if (offset != (ulong)_nextTensorOffset)
        {
            return new($"{what} lies at data offset {Number(offset)}, but {Number(_nextTensorOffset)} is the next free one", start);
        }

        _tensors.Add(new(name, dimensions, type, (long)offset, (long)elements, (long)size));
        _nextTensorOffset = AlignUp((long)offset + (long)size);
        return null;
    }

    private long AlignUp(long offset) => (offset + _alignment - 1) & -_alignment;

    private GgufProblem? ReadName(string what, int cap, out string name)
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

    private GgufProblem? ReadString(string what, int cap, out byte[] bytes)
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

    private GgufProblem BadLength(string what, ulong length, int cap)
    {
        long offset = reader.Position;
        return length > (ulong)reader.Remaining
            ? new($"{what} at byte {Number(offset)} claims {Number(length)} bytes, but the file ends at byte {Number(reader.Length)}; it is truncated", offset)
            : new($"{what} at byte {Number(offset)} has {Number(length)} bytes; at most {Number((long)cap)} are allowed", offset);
    }

    private GgufProblem Truncated(string what) =>
        new($"the file ends at byte {Number(reader.Length)} while reading {what}; it is truncated", reader.Length);
}
