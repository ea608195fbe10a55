using System.Text;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Gguf;

/// <summary>Writes small GGUF files, right ones and, by raw parts, wrong ones.</summary>
internal sealed class GgufWriter
{
    private readonly List<(string Name, long[] Dimensions, uint Type, long? Offset)> _tensors = [];
    private readonly List<byte[]> _metadata = [];
    private readonly Dictionary<string, float[]> _data = new(StringComparer.Ordinal);

    public uint Version { get; init; } = 3;

    public string Magic { get; init; } = "GGUF";

    public int Alignment { get; init; } = 32;

    public ulong? ClaimedTensors { get; init; }

    public ulong? ClaimedEntries { get; init; }

    /// <summary>A file that <see cref="ModelDescriptionReader"/> takes.</summary>
    public static GgufWriter Model(string architecture = "llama") => new GgufWriter()
        .Add("general.architecture", architecture)
        .Add("general.name", "tiny")
        .Add($"{architecture}.context_length", 512u)
        .Add($"{architecture}.embedding_length", 32u)
        .AddStrings("tokenizer.ggml.tokens", "<s>", "a", "", "bc")
        .AddArray("tokenizer.ggml.token_type", GgufValueType.Int32, 4, new byte[16])
        .Add("tokenizer.chat_template", "{{ messages }}")
        .AddTensor("token_embd.weight", 8, 32, 4)
        .AddTensor("output_norm.weight", 0, 3);

    public GgufWriter Add(string key, string value) => Raw(key, GgufValueType.String, w => Text(w, Encoding.UTF8.GetBytes(value)));

    public GgufWriter Add(string key, uint value) => Raw(key, GgufValueType.UInt32, w => w.Write(value));

    public GgufWriter Add(string key, float value) => Raw(key, GgufValueType.Float32, w => w.Write(value));

    public GgufWriter Add(string key, bool value) => Raw(key, GgufValueType.Bool, w => w.Write(value));

    public GgufWriter AddStrings(string key, params string[] values) => Raw(key, GgufValueType.Array, w =>
    {
        w.Write((uint)GgufValueType.String);
        w.Write((ulong)values.Length);
        foreach (string value in values)
        {
            Text(w, Encoding.UTF8.GetBytes(value));
        }
    });

    public GgufWriter AddArray(string key, GgufValueType elements, ulong count, byte[] data) => Raw(key, GgufValueType.Array, w =>
    {
        w.Write((uint)elements);
        w.Write(count);
        w.Write(data);
    });

    public GgufWriter Raw(string key, GgufValueType type, Action<BinaryWriter> value) => Raw(Encoding.UTF8.GetBytes(key), type, value);

    public GgufWriter Raw(byte[] key, GgufValueType type, Action<BinaryWriter> value)
    {
        MemoryStream entry = new();
        using BinaryWriter writer = new(entry);
        Text(writer, key);
        writer.Write((uint)type);
        value(writer);
        _metadata.Add(entry.ToArray());
        return this;
    }

    public GgufWriter AddTensor(string name, uint type, params long[] dimensions) => AddTensorAt(name, type, null, dimensions);

    /// <summary>A tensor of 32-bit floats with its data; the first dimension is the one whose elements lie together.</summary>
    public GgufWriter AddTensor(string name, float[] data, params long[] dimensions)
    {
        _data[name] = data;
        return AddTensor(name, 0, dimensions);
    }

    public GgufWriter AddTensorAt(string name, uint type, long? offset, params long[] dimensions)
    {
        _tensors.Add((name, dimensions, type, offset));
        return this;
    }

    /// <summary>The file; <paramref name="headerLength"/> is where its descriptions end, before padding.</summary>
    public byte[] ToArray(out int headerLength)
    {
        MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Encoding.Latin1.GetBytes(Magic));
        writer.Write(Version);
        writer.Write(ClaimedTensors ?? (ulong)_tensors.Count);
        writer.Write(ClaimedEntries ?? (ulong)_metadata.Count);
        _metadata.ForEach(writer.Write);
        long dataLength = 0;
        var places = new List<(string Name, long Offset)>();
        foreach ((string name, long[] dimensions, uint type, long? offset) in _tensors)
        {
            Text(writer, Encoding.UTF8.GetBytes(name));
            writer.Write((uint)dimensions.Length);
            Array.ForEach(dimensions, writer.Write);
            writer.Write(type);
            writer.Write(offset ?? Pad(dataLength));
            places.Add((name, offset ?? Pad(dataLength)));

            // Sizes that no test writes as data stay out of the file.
            if (TensorType.Find(type) is { } known && Array.TrueForAll(dimensions, d => d is > 0 and < 1_000))
            {
                dataLength = Pad(dataLength) + dimensions.Aggregate(1L, (product, d) => product * d) / known.BlockElements * known.BlockBytes;
            }
        }

        headerLength = (int)stream.Length;
        long dataStart = Pad(stream.Length);
        writer.Write(new byte[dataStart - stream.Length + dataLength]);
        foreach ((string name, long offset) in places)
        {
            if (_data.TryGetValue(name, out float[]? data))
            {
                stream.Position = dataStart + offset;
                Array.ForEach(data, writer.Write);
            }
        }

        return stream.ToArray();
    }

    public byte[] ToArray() => ToArray(out _);

    private long Pad(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private static void Text(BinaryWriter writer, byte[] bytes)
    {
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
