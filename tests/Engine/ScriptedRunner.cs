using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>
/// A model made of a function: the next token of a sequence from its tokens. Tokens 0 to 255 are bytes, 256 ends a generation, the
/// others are control tokens without text.
/// Checks the rules of <see cref="IModelRunner"/> as strictly as llama.cpp would punish a breach.
/// </summary>
internal sealed class ScriptedRunner(Func<IReadOnlyList<int>, int> next, int sequences = 4, int contextLength = 1024, int batchSize = 64) : IModelRunner, IVocabulary
{
    public const int EndOfGeneration = 256;

    public const int Control = 257;

    private readonly List<int>[] _memory = [.. Enumerable.Range(0, sequences).Select(_ => new List<int>())];
    private readonly Dictionary<int, float[]> _logits = [];

    /// <summary>Rows of every decode call so far.</summary>
    public List<BatchRow[]> Calls { get; } = [];

    /// <summary>Runs at the start of each decode call; may block or return another result.</summary>
    public Func<int, DecodeResult>? OnDecode { get; set; }

    public int CallCount
    {
        get
        {
            lock (Calls)
            {
                return Calls.Count;
            }
        }
    }

    public bool Disposed { get; private set; }

    public bool CanCut { get; set; } = true;

    public IVocabulary Vocabulary => this;

    public int SequenceCount => sequences;

    public int ContextLength => contextLength;

    public int BatchSize => batchSize;

    /// <summary>Number of control tokens besides.</summary>
    public int ControlTokens { get; init; }

    public int Count => 257 + ControlTokens;

    public int LongestTokenBytes => 1;

    public IReadOnlyList<SpecialToken> SpecialTokens => [];

    public int? BeginToken => null;

    public int? EndToken => null;

    public bool AddsBeginToken => false;

    public ReadOnlySpan<int> EndOfGenerationTokens => new[] { EndOfGeneration };

    /// <summary>A model that answers each prompt with a fixed text.</summary>
    public static ScriptedRunner Answering(byte[] answer, int promptLength, int sequences = 4, float score = 100) =>
        new(tokens => tokens.Count - promptLength < answer.Length ? answer[tokens.Count - promptLength] : EndOfGeneration, sequences) { Score = score };

    public string GetSpelling(int token) => "";

    public DecodeResult Decode(ReadOnlySpan<BatchRow> rows)
    {
        lock (Calls)
        {
            Calls.Add(rows.ToArray());
        }

        ActivityCount++;
        Assert.InRange(rows.Length, 1, batchSize);
        if (OnDecode?.Invoke(CallCount) is { } result and not DecodeResult.Done)
        {
            return result;
        }

        _logits.Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            BatchRow row = rows[i];
            Assert.True(i == 0 || row.Sequence >= rows[i - 1].Sequence, "rows must be sorted by sequence");
            Assert.Equal(_memory[row.Sequence].Count, row.Position);
            Assert.InRange(row.Position, 0, contextLength - 1);
            _memory[row.Sequence].Add(row.Token);
            if (row.WantLogits)
            {
                _logits[i] = new float[Count];
                _logits[i][next(_memory[row.Sequence])] = Score;
            }
        }

        return DecodeResult.Done;
    }

    /// <summary>
    /// Logit of the script's token; all others have 0. As it is, the token is certain at every temperature; at 10 and temperature 1 one in a
    /// hundred is another, and log probabilities are not 0.
    /// </summary>
    public float Score { get; init; } = 100;

    public Span<float> GetLogits(int row) => _logits[row];

    public bool RemoveFrom(int sequence, int from)
    {
        if (!CanCut && from > 0 && from < _memory[sequence].Count)
        {
            return false;
        }

        _memory[sequence].RemoveRange(Math.Min(from, _memory[sequence].Count), Math.Max(0, _memory[sequence].Count - from));
        return true;
    }

    public bool CopyPrefix(int source, int destination, int length)
    {
        _memory[destination].Clear();
        _memory[destination].AddRange(_memory[source].Take(length));
        return true;
    }

    public int ActivityCount { get; private set; }

    public void RequestAbort()
    {
    }

    public void Dispose() => Disposed = true;

    public bool IsEndOfGeneration(int token) => token == EndOfGeneration;

    public ReadOnlySpan<byte> GetBytes(int token) => token is >= 0 and < 256 ? new[] { (byte)token } : [];

    public ReadOnlySpan<byte> GetName(int token) => token < 256 ? GetBytes(token) : System.Text.Encoding.UTF8.GetBytes($"<{token}>");

    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        int[] tokens = new int[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            tokens[i] = text[i];
        }

        return tokens;
    }
}
