using System.Globalization;

namespace MistralServe.Bench.Machine;

/// <summary>How busy the machine is, from <c>/proc/stat</c>.</summary>
internal static class CpuUse
{
    /// <summary>
    /// Busy share of all processors over an interval, 0..1. Taken while no engine of ours runs, so it is the use of others.
    /// </summary>
    public static async Task<double> MeasureAsync(TimeSpan interval)
    {
        (long busyBefore, long totalBefore) = Read();
        await Task.Delay(interval);
        (long busyAfter, long totalAfter) = Read();
        return (double)(busyAfter - busyBefore) / Math.Max(1, totalAfter - totalBefore);
    }

    private static (long Busy, long Total) Read()
    {
        // cpu user nice system idle iowait irq softirq steal ...
        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        long total = ticks.Sum();
        return (total - ticks[3] - ticks[4], total);
    }
}
