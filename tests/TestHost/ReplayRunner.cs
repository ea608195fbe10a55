using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.TestHost;

/// <summary>
/// A model that writes what a script says, token by token: the answer to a sequence is chosen by the prompt in it, and goes on where the
/// sequence ends. Where a constraint has led the sequence away from the script, it ends, or finds back behind the text that the script names. Engine
/// thread only.
/// </summary>
internal sealed class ReplayRunner(ReplayScript script, ReplayVocabulary vocabulary, int sequences, int contextLength) : IModelRunner
{
    // So far apart that clients, which send no temperature, get the best token in every case.
    private const float Scale = 20_000;

    private const float Certain = 20 * Scale;

    // Where a constraint leads away from the script: the end if it may come, else what closes a value or opens a call.
    private const float End = 10 * Scale;
    private const float Close = 5 * Scale;
    private const float Marker = 1 * Scale;
    private const float WhiteSpace = -1 * Scale;

    private readonly List<int>[] _memory = [.. Enumerable.Range(0, sequences).Select(_ => new List<int>())];
    private readonly Dictionary<int, float[]> _logits = [];

    /// <inheritdoc/>
    public int SequenceCount => sequences;

    /// <inheritdoc/>
    public int ContextLength => contextLength;

    /// <inheritdoc/>
    public int BatchSize => 512;

    /// <inheritdoc/>
    public bool CanCut => true;

    /// <inheritdoc/>
    public IVocabulary Vocabulary => vocabulary;

    /// <inheritdoc/>
    public int ActivityCount { get; private set; }

    /// <inheritdoc/>
    public DecodeResult Decode(ReadOnlySpan<BatchRow> rows)
    {
        ActivityCount++;
        _logits.Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            List<int> memory = _memory[rows[i].Sequence];
            memory.Add(rows[i].Token);
            if (rows[i].WantLogits)
            {
                _logits[i] = Score(memory);
            }
        }

        return DecodeResult.Done;
    }

    /// <inheritdoc/>
    public Span<float> GetLogits(int row) => _logits[row];

    /// <inheritdoc/>
    public bool RemoveFrom(int sequence, int from)
    {
        List<int> memory = _memory[sequence];
        memory.RemoveRange(Math.Min(from, memory.Count), Math.Max(0, memory.Count - from));
        return true;
    }

    /// <inheritdoc/>
    public bool CopyPrefix(int source, int destination, int length)
    {
        _memory[destination].Clear();
        _memory[destination].AddRange(_memory[source].Take(length));
        return true;
    }

    /// <inheritdoc/>
    public void RequestAbort()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private float[] Score(List<int> memory)
    {
        float[] scores = new float[vocabulary.Count];
        for (int token = 0; token < scores.Length; token++)
        {
            scores[token] = vocabulary.IsEndOfGeneration(token) ? End
                : vocabulary.IsMarker(token) ? Marker + (token * Scale / 1000) // a script names the marks of calls behind those of reasoning
                : token is '"' or '}' or ']' ? Close
                : token <= ' ' ? WhiteSpace
                : 0;
        }

        if (FindNext(memory) is { } next)
        {
            scores[next] = Certain;
        }

        return scores;
    }

    private int? FindNext(List<int> memory)
    {
        int[] opening = vocabulary.Tokenize(Encoding.UTF8.GetBytes(script.Opening), addSpecial: false, parseSpecial: true);
        int start = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(memory).LastIndexOf(opening);
        if (start < 0)
        {
            return null;
        }

        ReplayAnswer found = script.FindAnswer(vocabulary.Spell(memory.Take(start)));
        int[] answer = vocabulary.Tokenize(Encoding.UTF8.GetBytes(found.Text), addSpecial: false, parseSpecial: !found.IsSpelled);
        int[] written = [.. memory.Skip(start + opening.Length)];
        if (!answer.AsSpan().StartsWith(written))
        {
            int[] rejoin = vocabulary.Tokenize(Encoding.UTF8.GetBytes(script.Rejoin), addSpecial: false, parseSpecial: true);
            (int there, int here) = (answer.AsSpan().IndexOf(rejoin), written.AsSpan().IndexOf(rejoin));
            (answer, written) = rejoin.Length > 0 && there >= 0 && here >= 0 ? (answer[there..], written[here..]) : (answer, written);
        }

        return written.Length < answer.Length && answer.AsSpan().StartsWith(written) ? answer[written.Length] : null;
    }
}
