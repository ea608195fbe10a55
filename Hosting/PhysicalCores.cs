namespace MistralServe.Hosting;

/// <summary>
/// Cores that compute threads can have to themselves. Two threads on one core share its vector units and slow each other down.
/// </summary>
internal static class PhysicalCores
{
    private const string CpuFolder = "/sys/devices/system/cpu";

    /// <summary>
    /// Number of physical cores, at most the processors that this process may use (affinity, container limit); at least 1.
    /// </summary>
    public static int Count() => Count(CpuFolder, Environment.ProcessorCount);

    /// <summary>The same for a given folder of the kernel's CPU description; without one, the usable processors are taken.</summary>
    internal static int Count(string folder, int usableProcessors)
    {
        HashSet<string> cores = [];
        try
        {
            foreach (string cpu in Directory.EnumerateDirectories(folder, "cpu*"))
            {
                // Threads of one core name the same siblings; folders such as cpufreq have no topology.
                string siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
                if (File.Exists(siblings))
                {
                    cores.Add(File.ReadAllText(siblings).Trim());
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return usableProcessors;
        }

        return cores.Count > 0 ? Math.Min(cores.Count, usableProcessors) : usableProcessors;
    }
}
