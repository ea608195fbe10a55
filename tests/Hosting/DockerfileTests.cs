using MistralServe.Cli.Options;

namespace MistralServe.Tests.Hosting;

/// <summary>No image is built in the tests; what the file says is held against the program instead.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Lines = File.ReadAllLines(RepositoryFiles.Path("Dockerfile"));

    [Fact]
    public void It_exposes_the_default_ports()
    {
        string ports = string.Join(' ', OptionTable.Serve.Where(row => row.Flag is "--port" or "--mcp-port").Select(row => row.Default));

        Assert.Contains($"EXPOSE {ports}", Lines);
    }

    [Fact]
    public void It_binds_all_interfaces_by_the_variable_of_the_option_and_brings_no_key()
    {
        OptionRow host = Assert.Single(OptionTable.Serve, row => row.Flag == "--host");

        Assert.Contains($"ENV {host.EnvironmentVariable}=0.0.0.0", Lines);
        Assert.DoesNotContain(Lines, line => line.StartsWith("ENV", StringComparison.Ordinal) && line.Contains("KEY", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines, line => line.Contains("--insecure", StringComparison.Ordinal));
    }

    [Fact]
    public void It_runs_as_nobody_and_is_checked_by_the_program_itself()
    {
        Assert.Contains("USER nonroot", Lines);
        Assert.Contains(Lines, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal)
            && line.EndsWith("""CMD ["/app/mistralserve", "health"]""", StringComparison.Ordinal));
        Assert.Contains("""ENTRYPOINT ["/app/mistralserve", "serve"]""", Lines);
    }

    [Fact]
    public void Every_base_image_has_a_version() =>
        Assert.All(Lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), line => Assert.Matches(@"\d", line.Split(' ')[1]));
}
