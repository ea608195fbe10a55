using System.Runtime.InteropServices;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Native;

/// <summary>Native arrays of one batch, one sequence id per row, reused for every decode. Engine thread only.</summary>
internal sealed unsafe class BatchBuffer : IDisposable
{
    private readonly int _capacity;
    private readonly int* _sequences;
    private LlamaBatch _batch;

    /// <summary>Allocates room for <paramref name="capacity"/> rows.</summary>
    public BatchBuffer(int capacity)
    {
        _capacity = capacity;
        nuint count = (nuint)capacity;
        _batch.token = (int*)NativeMemory.AllocZeroed(count, sizeof(int));
        _batch.pos = (int*)NativeMemory.AllocZeroed(count, sizeof(int));
        _batch.n_seq_id = (int*)NativeMemory.AllocZeroed(count, sizeof(int));
        _batch.seq_id = (int**)NativeMemory.AllocZeroed(count, (nuint)sizeof(int*));
        _batch.logits = (sbyte*)NativeMemory.AllocZeroed(count, sizeof(sbyte));
        _sequences = (int*)NativeMemory.AllocZeroed(count, sizeof(int));
        for (int i = 0; i < capacity; i++)
        {
            _batch.n_seq_id[i] = 1;
            _batch.seq_id[i] = _sequences + i;
        }
    }

    /// <summary>Fills the arrays. Throws when there are more rows than room: the library would abort the process.</summary>
    public LlamaBatch Fill(ReadOnlySpan<BatchRow> rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Length, _capacity);
        for (int i = 0; i < rows.Length; i++)
        {
            BatchRow row = rows[i];
            _batch.token[i] = row.Token;
            _batch.pos[i] = row.Position;
            _sequences[i] = row.Sequence;
            _batch.logits[i] = row.WantLogits ? (sbyte)1 : (sbyte)0;
        }

        _batch.n_tokens = rows.Length;
        return _batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_batch.token);
        NativeMemory.Free(_batch.pos);
        NativeMemory.Free(_batch.n_seq_id);
        NativeMemory.Free(_batch.seq_id);
        NativeMemory.Free(_batch.logits);
        NativeMemory.Free(_sequences);
        _batch = default;
    }
}
