using MistralServe.Tests.Mcp;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The official conformance suite against the published binary, which has no fixture tools: as good as the baselines, or better.</summary>
[Collection("native")]
public sealed class ConformanceTests
{
    [Fact]
    public async Task The_published_binary_passes_what_a_server_without_fixtures_can()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        int port = server.McpPort;

        // A run fails for a failure that is not listed, and for an entry that passes.
        await ConformanceSuite.RunAsync(ConformanceSuite.Current, port, "--requirements", "2025-11-25", "--expected-failures", Own("2025-11-25"));
        await ConformanceSuite.RunAsync(ConformanceSuite.Current, port, "--requirements", "2026-07-28", "--expected-failures", Own("2026-07-28"));
        await ConformanceSuite.RunAsync(ConformanceSuite.Stable, port, "--suite", "active", "--expected-failures", Own("2025-11-25"));
        await ConformanceSuite.RunAsync(ConformanceSuite.Current, port, "--scenario", "http-header-validation", "--spec-version", "2026-07-28");
        await ConformanceSuite.RunAsync(ConformanceSuite.Current, port, "--scenario", "server-session-lifecycle", "--spec-version", "2025-11-25");
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public void No_failure_is_expected_that_the_baseline_does_not_expect(string revision)
    {
        string baseline = RepositoryFiles.Shared($"design/conformance/expected-{revision}.yml");
        Assert.Empty(EntriesOf(Own(revision)).Except(EntriesOf(baseline)));
        Assert.Empty(EntriesOf(RepositoryFiles.Path($"tests/clients/node/mcp/expected-{revision}.yml")).Except(EntriesOf(baseline)));
    }

    private static string Own(string revision) => RepositoryFiles.Path($"tests/clients/node/mcp/bare-{revision}.yml");

    private static List<string> EntriesOf(string file) => [.. File.ReadLines(file)
        .Select(line => line.Split('#')[0].Trim())
        .Where(line => line.StartsWith("- ", StringComparison.Ordinal))];
}
