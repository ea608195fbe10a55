using System.Globalization;

namespace MistralServe.Bench.Machine;

/// <summary>Where a result was measured.</summary>
/// <param name="Processor">Model name of the first CPU.</param>
/// <param name="Cores">Logical processors this process may use.</param>
/// <param name="MemoryBytes">Memory of the machine.</param>
/// <param name="LoadAverage">1, 5 and 15 minutes, before the first engine was started.</param>
internal sealed record MachineInfo(string Processor, int Cores, long MemoryBytes, string LoadAverage)
{
    /// <summary>Reads the machine's <c>/proc</c>.</summary>
    public static MachineInfo Read() => new(
        ReadField("/proc/cpuinfo", "model name") ?? "unknown",
        Environment.ProcessorCount,
        long.Parse((ReadField("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture) * 1024,
        string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)));

    /// <summary>The load average of the last minute.</summary>
    public double LoadOfLastMinute => double.Parse(LoadAverage.Split(' ')[0], CultureInfo.InvariantCulture);

    private static string? ReadField(string path, string name)
    {
        string? line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
