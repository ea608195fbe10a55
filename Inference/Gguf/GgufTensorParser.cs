using static MistralServe.Inference.Gguf.GgufProblem;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Parses the tensor descriptions of a GGUF file. Sizes and offsets are proven against 2^63 here, and against the file by
/// <see cref="GgufHeader.CheckTensorData"/>. Owned by one thread; used once.
/// </summary>
/// <param name="reader">Stands at the first description.</param>
/// <param name="fields">Reads the names.</param>
/// <param name="alignment">Alignment of the data in bytes, a power of two.</param>
internal sealed class GgufTensorParser(BoundedReader reader, GgufFields fields, long alignment)
{
    private readonly List<GgufTensor> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private long _nextOffset;

    /// <summary>The tensors parsed so far.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _tensors;

    /// <summary>Parses <paramref name="count"/> descriptions. Null when it worked.</summary>
    public GgufProblem? Parse(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (ParseTensor($"the name of tensor {i + 1} of {count}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>The next multiple of the alignment, or the offset itself if it is one.</summary>
    public long AlignUp(long offset) => (offset + alignment - 1) & -alignment;

    private GgufProblem? ParseTensor(string ordinal)
    {
        long start = reader.Position;
        if (fields.ReadName(ordinal, GgufLimits.TensorNameBytes, out string name) is { } badName)
        {
            return badName;
        }

        string what = $"tensor {Quote(name)}";
        if (!_names.Add(name))
        {
            return new($"{what} is described twice; the second at byte {Number(start)}", start);
        }

        if (!reader.TryReadUInt32(out uint dimensionCount))
        {
            return fields.Truncated(what);
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
                return fields.Truncated(what);
            }

            if (dimension is 0 or > long.MaxValue)
            {
                return new($"{what} at byte {Number(start)} has the impossible dimension {Number(dimension)}", start);
            }

            dimensions[i] = (long)dimension;
        }

        if (!reader.TryReadUInt32(out uint typeNumber) || !reader.TryReadUInt64(out ulong offset))
        {
            return fields.Truncated(what);
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
        if (size > long.MaxValue - GgufLimits.LargestAlignment - _nextOffset)
        {
            return new($"{what} claims more bytes than a file can have", start);
        }

        // The library lays tensors out in the order of their descriptions, each padded to the alignment, and refuses anything else.
        if (offset != (ulong)_nextOffset)
        {
            return new($"{what} lies at data offset {Number(offset)}, but {Number(_nextOffset)} is the next free one", start);
        }

        _tensors.Add(new(name, dimensions, type, (long)offset, (long)elements, (long)size));
        _nextOffset = AlignUp((long)offset + (long)size);
        return null;
    }
}
