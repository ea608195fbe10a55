using System.Buffers.Binary;
using System.Text;
using MistralServe.Inference.Gguf;
using MistralServe.Tests.Gguf;

namespace MistralServe.Tests.Ranking;

/// <summary>
/// A reranker with a random classifier, made by the test, and the same model without the classifier, whose pooled hidden state is that
/// of one token: what the classifier gives is computed from it here, a second time. BERT: tanh(W h + b), then one output with its bias;
/// Qwen 3: two outputs and their softmax.
/// </summary>
internal sealed class RankModel : IDisposable
{
    private readonly TemporaryFile _ranking;
    private readonly TemporaryFile _pooling;
    private readonly Classifier _classifier;

    private RankModel(byte[] ranking, byte[] pooling, Classifier classifier)
    {
        _ranking = new TemporaryFile(ranking);
        _pooling = new TemporaryFile(pooling);
        _classifier = classifier;
    }

    /// <summary>The reranker.</summary>
    public string Path => _ranking.Path;

    /// <summary>The same weights with the pooling of one token and no classifier in use.</summary>
    public string PoolingPath => _pooling.Path;

    /// <summary>A BERT of two layers over letters; needs nothing.</summary>
    public static RankModel TinyBert()
    {
        var classifier = new Classifier(64, 1, hasDense: true);
        return new RankModel(Write(4).ToArray(), Write(2).ToArray(), classifier);

        GgufWriter Write(uint pooling) => classifier.AddTo(TinyModels.Bert(pooling));
    }

    /// <summary>A Qwen 3 of two layers over bytes, with a prompt of its own; needs nothing.</summary>
    public static RankModel TinyQwen()
    {
        var classifier = new Classifier(64, 2, hasDense: false);
        return new RankModel(Write(4).ToArray(), Write(3).ToArray(), classifier);

        GgufWriter Write(uint pooling) => classifier.AddTo(TinyModels.Qwen(pooling));
    }

    /// <summary>all-MiniLM-L6-v2 with a classifier behind it.</summary>
    public static RankModel MiniLm()
    {
        byte[] file = File.ReadAllBytes(RepositoryFiles.Shared("models/all-MiniLM-L6-v2-Q8_0.gguf"));
        var classifier = new Classifier(384, 1, hasDense: true);
        return new RankModel(classifier.AppendTo(WithPooling(file, 4)), WithPooling(file, 2), classifier);
    }

    /// <summary>The score that belongs to a pooled hidden state.</summary>
    public double ScoreOf(ReadOnlySpan<float> hidden) => _classifier.Compute(hidden);

    public void Dispose()
    {
        _ranking.Dispose();
        _pooling.Dispose();
    }

    private static byte[] WithPooling(byte[] file, uint pooling)
    {
        byte[] patched = [.. file];
        byte[] key = "bert.pooling_type"u8.ToArray();
        int value = patched.AsSpan().IndexOf(key) + key.Length + sizeof(uint);
        BinaryPrimitives.WriteUInt32LittleEndian(patched.AsSpan(value), pooling);
        return patched;
    }

    /// <summary>Random weights behind the hidden state.</summary>
    private sealed class Classifier
    {
        private readonly int _width;
        private readonly (string Name, float[] Data, long[] Dimensions)[] _tensors;
        private readonly float[]? _dense;
        private readonly float[] _denseBias;
        private readonly float[] _output;
        private readonly float[] _outputBias;

        public Classifier(int width, int classes, bool hasDense)
        {
            var random = new Random(7);
            _width = width;
            _dense = hasDense ? TinyModels.Normal(random, width * width, 1 / Math.Sqrt(width)) : null;
            _denseBias = TinyModels.Normal(random, width, 0.1);
            _output = TinyModels.Normal(random, width * classes, 1 / Math.Sqrt(width));
            _outputBias = TinyModels.Normal(random, classes, 0.1);
            (string, float[], long[])[] output = [("cls.output.weight", _output, [width, classes])];
            _tensors = _dense is null
                ? output
                : [("cls.weight", _dense, [width, width]), ("cls.bias", _denseBias, [width]), .. output, ("cls.output.bias", _outputBias, [classes])];
        }

        public double Compute(ReadOnlySpan<float> hidden)
        {
            Assert.Equal(_width, hidden.Length);
            double[] state = new double[_width];
            for (int row = 0; row < _width; row++)
            {
                state[row] = _dense is null ? hidden[row] : Math.Tanh(_denseBias[row] + Dot(_dense, row, hidden));
            }

            float[] inner = [.. state.Select(value => (float)value)];
            if (_dense is not null)
            {
                return Dot(_output, 0, inner) + _outputBias[0];
            }

            double yes = Math.Exp(Dot(_output, 0, inner)), no = Math.Exp(Dot(_output, 1, inner));
            return yes / (yes + no);
        }

        public GgufWriter AddTo(GgufWriter writer)
        {
            foreach ((string name, float[] data, long[] dimensions) in _tensors)
            {
                writer.AddTensor(name, data, dimensions);
            }

            return writer;
        }

        /// <summary>Adds the tensors to a finished file: their descriptions behind the last one, their data at the end.</summary>
        public byte[] AppendTo(byte[] file)
        {
            const int CountOffset = 8, Alignment = 32;
            GgufHeader header = GgufHeader.Read(new MemoryStream(file)).Header!;
            GgufTensor last = header.Tensors[^1];
            int infoEnd = file.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(last.Name)) + last.Name.Length + sizeof(uint)
                + (sizeof(ulong) * last.Dimensions.Count) + sizeof(uint) + sizeof(ulong);
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            writer.Write(file.AsSpan(0, infoEnd));
            long offset = Pad(file.Length - header.DataOffset);
            foreach ((string name, float[] data, long[] dimensions) in _tensors)
            {
                writer.Write((ulong)name.Length);
                writer.Write(Encoding.UTF8.GetBytes(name));
                writer.Write((uint)dimensions.Length);
                Array.ForEach(dimensions, writer.Write);
                writer.Write(0u);
                writer.Write(offset);
                offset = Pad(offset + (sizeof(float) * data.Length));
            }

            Fill();
            writer.Write(file.AsSpan((int)header.DataOffset));
            foreach ((_, float[] data, _) in _tensors)
            {
                Fill();
                Array.ForEach(data, writer.Write);
            }

            Fill();
            byte[] result = stream.ToArray();
            BinaryPrimitives.WriteUInt64LittleEndian(result.AsSpan(CountOffset), (ulong)(header.Tensors.Count + _tensors.Length));
            return result;

            long Pad(long length) => (length + Alignment - 1) / Alignment * Alignment;
            void Fill() => writer.Write(new byte[Pad(stream.Length) - stream.Length]);
        }

        private double Dot(float[] matrix, int row, ReadOnlySpan<float> vector)
        {
            double sum = 0;
            for (int i = 0; i < _width; i++)
            {
                sum += (double)matrix[(row * _width) + i] * vector[i];
            }

            return sum;
        }
    }
}
