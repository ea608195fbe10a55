using System.Text;
using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Parses the metadata entries of a GGUF file. The elements of arrays are walked, not kept. Owned by one thread; used once.
/// </summary>
internal sealed class GgufMetadataParser(BoundedReader reader, GgufFields fields)
{
    private readonly Dictionary<string, GgufValue> _metadata = new(StringComparer.Ordinal);

    /// <summary>The entries parsed so far.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => _metadata;

    /// <summary>Parses <paramref name="count"/> entries. Null when it worked.</summary>
    public GgufProblem? Parse(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (ParseEntry($"key {i + 1} of {count}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private GgufProblem? ParseEntry(string ordinal)
    {
        if (fields.ReadName(ordinal, GgufLimits.KeyBytes, out string key) is { } badKey)
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
            return fields.Truncated($"the type of {Quote(key)}");
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
            GgufProblem? problem = fields.ReadString($"the value of {Quote(key)}", cap, out byte[] bytes);
            value = new(type, 0, Encoding.UTF8.GetString(bytes), default, 0, offset);
            return problem;
        }

        if (ScalarBytes(type) == 0)
        {
            long typeOffset = offset - sizeof(uint);
            return new($"the value of {Quote(key)} has the unknown type {(uint)type} (at byte {Number(typeOffset)})", typeOffset);
        }

        if (!TryReadScalar(type, out ulong bits))
        {
            return fields.Truncated($"the value of {Quote(key)}");
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
            return fields.Truncated($"the array {Quote(key)}");
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
            return fields.SkipStrings(key, length);
        }

        return reader.TrySkip(length * (ulong)elementBytes) ? null : fields.Truncated($"the array {Quote(key)}");
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
}
