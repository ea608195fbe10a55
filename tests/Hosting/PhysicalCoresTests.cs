using MistralServe.Hosting;

namespace MistralServe.Tests.Hosting;

public sealed class PhysicalCoresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mistralserve-cpu").FullName;

    [Fact]
    public void Threads_of_one_core_count_once()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "cpufreq"));
        foreach ((string cpu, string siblings) in new[] { ("cpu0", "0,2\n"), ("cpu1", "1,3\n"), ("cpu2", "0,2\n"), ("cpu3", "1,3\n") })
        {
            string topology = Path.Combine(_folder, cpu, "topology");
            Directory.CreateDirectory(topology);
            File.WriteAllText(Path.Combine(topology, "thread_siblings_list"), siblings);
        }

        Assert.Equal(2, PhysicalCores.Count(_folder, 4));
        Assert.Equal(1, PhysicalCores.Count(_folder, 1));
    }

    [Fact]
    public void Without_a_description_the_usable_processors_are_taken()
    {
        Assert.Equal(3, PhysicalCores.Count(_folder, 3));
        Assert.Equal(3, PhysicalCores.Count("/no/such/folder", 3));
        Assert.InRange(PhysicalCores.Count(), 1, Environment.ProcessorCount);
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(2048, 2048)]
    [InlineData(131072, 4096)]
    public void The_context_of_a_request_is_4096_or_the_training_length(int training, int expected) =>
        Assert.Equal(expected, EngineModel.GetDefaultContextLength(training));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
