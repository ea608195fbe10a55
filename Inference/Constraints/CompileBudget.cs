using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// What is left of the limits while one language is compiled. When it is used up, whoever works gives up at the next chance with
/// whatever it has, and the result is thrown away. Belongs to one request thread.
/// </summary>
internal sealed class CompileBudget(ConstraintLimits limits)
{
    private const int WorkPerClockReading = 4_096;

    // Ours: some 100 MiB for the moment of compiling.
    private const long MaxEntries = 4_000_000;

    private readonly long _start = Stopwatch.GetTimestamp();
    private int _work;
    private long _entries;

    /// <summary>The limits.</summary>
    public ConstraintLimits Limits { get; } = limits;

    /// <summary>Work noted so far.</summary>
    public long Work { get; private set; }

    /// <summary>Why the work was given up, a sentence for the caller; null while it goes on.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the work is given up.</summary>
    public bool IsExhausted => Problem is not null;

    /// <summary>Gives up.</summary>
    /// <param name="problem">A sentence for the caller; the first one counts.</param>
    public void GiveUp(string problem) => Problem ??= problem;

    /// <summary>
    /// Notes some work.
    /// </summary>
    /// <param name="amount">100 to 400 ns each.</param>
    /// <returns>False when the work is given up.</returns>
    public bool Spend(int amount = 1)
    {
        _work += amount;
        Work += amount;
        if (_work >= WorkPerClockReading)
        {
            _work = 0;
            if (Limits.Cancellation.IsCancellationRequested)
            {
                GiveUp("The client has gone.");
            }
            else if (Work > Limits.MaxWork)
            {
                GiveUp("Preparing it takes too much work. Use smaller bounds of repetition inside patterns, or fewer alternatives.");
            }
            else if (Stopwatch.GetElapsedTime(_start) > Limits.MaxTime)
            {
                GiveUp($"Preparing it takes longer than {Limits.MaxTime.TotalSeconds:0.#} s, which is the limit. Simplify it.");
            }
        }

        return !IsExhausted;
    }

    /// <summary>
    /// Notes memory, and the work to fill it.
    /// </summary>
    /// <param name="entries">About 32 bytes each.</param>
    /// <returns>False when the work is given up.</returns>
    public bool Grow(int entries)
    {
        _entries += entries;
        if (_entries > MaxEntries)
        {
            GiveUp("Preparing it takes too much memory. Use smaller bounds of repetition inside patterns, or fewer alternatives.");
        }

        return Spend(entries);
    }

    /// <summary>Whether a recursion may go one level deeper; otherwise the work is given up.</summary>
    public bool MayRecurse()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            GiveUp("It is nested too deeply.");
        }

        return !IsExhausted;
    }
}
