using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// Lets compilations run so that nobody waits for another's slow one: first each may try for a moment, on its request's thread; what
/// takes longer is done again from the start with all of its time, one after the other on a thread of its own. Any thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks for the semaphores' wait handles, so that there is nothing to release.")]
internal sealed class CompileLanes
{
    /// <summary>What everyone may try for. Ours: a hundred ordinary schemas, and no delay that anyone notices.</summary>
    public static readonly TimeSpan QuickTime = TimeSpan.FromMilliseconds(100);

    // Ours: five of the longest.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // Ours: the other processors are left to the model.
    private const int QuickCount = 2;

    // Ours: as many as are done within the longest wait.
    private const int MaxWaiting = 5;

    private readonly SemaphoreSlim _quick = new(QuickCount);
    private readonly SemaphoreSlim _slow = new(1);
    private int _waiting;

    /// <summary>
    /// Runs a compilation.
    /// </summary>
    /// <param name="compile">Runs within the limits it is given; twice when a moment is not enough.</param>
    /// <param name="limits">All that it may spend, and the client's cancellation.</param>
    /// <returns>Its result; <see cref="EngineFailureCode.QueueTimeout"/> when others' slow ones took too long.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask<ConstraintResult> RunAsync(Func<ConstraintLimits, ConstraintResult> compile, ConstraintLimits limits)
    {
        if (!await _quick.WaitAsync(LongestWait, limits.Cancellation).ConfigureAwait(false))
        {
            return Busy();
        }

        try
        {
            if (TryQuickly(compile, limits) is { } result)
            {
                return result;
            }
        }
        finally
        {
            _quick.Release();
        }

        return await RunSlowlyAsync(compile, limits).ConfigureAwait(false);
    }

    /// <summary>Null when a moment was not enough.</summary>
    private static ConstraintResult? TryQuickly(Func<ConstraintLimits, ConstraintResult> compile, ConstraintLimits limits)
    {
        long start = Stopwatch.GetTimestamp();
        ConstraintResult result = compile(limits with { MaxTime = QuickTime });
        limits.Cancellation.ThrowIfCancellationRequested();

        // A grammar has half of the time for each of two ways.
        return result.Failure is null || Stopwatch.GetElapsedTime(start) < QuickTime / 2 ? result : null;
    }

    private async ValueTask<ConstraintResult> RunSlowlyAsync(Func<ConstraintLimits, ConstraintResult> compile, ConstraintLimits limits)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting || !await _slow.WaitAsync(LongestWait, limits.Cancellation).ConfigureAwait(false))
            {
                return Busy();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            // Not on a thread that requests share.
            ConstraintResult result = await Task.Factory.StartNew(
                () => compile(limits), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            limits.Cancellation.ThrowIfCancellationRequested();
            return result;
        }
        finally
        {
            _slow.Release();
        }
    }

    private static ConstraintResult Busy() => new(null, EngineFailures.FormatsBusy());
}
