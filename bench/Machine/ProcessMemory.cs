using System.Globalization;

namespace MistralServe.Bench.Machine;

/// <summary>Resident memory of a process, from <c>/proc/PID/status</c>.</summary>
internal static class ProcessMemory
{
    /// <summary>VmRSS in bytes, mapped file pages included. 0 when the process is gone.</summary>
    public static long ReadResidentBytes(int processId)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status");
        if (!File.Exists(path))
        {
            return 0;
        }

        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
            {
                ReadOnlySpan<char> value = line.AsSpan(6).Trim();
                return long.Parse(value[..value.IndexOf(' ')], CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }
}
