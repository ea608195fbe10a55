using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// The official conformance suite, both releases and both requirement sets. The endpoint runs with the suite's fixture tools; what is
/// still expected to fail is not offered on purpose and listed, with its reason, in the files beside the scripts.
/// </summary>
public sealed class ConformanceTests
{
    [Theory]
    [InlineData(ConformanceSuite.Current, "--requirements", "2025-11-25", "expected-2025-11-25.yml")]
    [InlineData(ConformanceSuite.Current, "--requirements", "2026-07-28", "expected-2026-07-28.yml")]
    [InlineData(ConformanceSuite.Stable, "--suite", "active", "expected-2025-11-25.yml")]
    public async Task Requirement_sets_pass(string suite, string option, string value, string expected)
    {
        await using McpTestServer server = await StartAsync();
        await ConformanceSuite.RunAsync(
            suite, server.Endpoint.Port, option, value, "--expected-failures", RepositoryFiles.Path($"tests/clients/node/mcp/{expected}"));
    }

    [Theory]
    [InlineData("http-header-validation", "2026-07-28")]
    [InlineData("server-session-lifecycle", "2025-11-25")]
    [InlineData("json-schema-2020-12", "2025-11-25")]
    public async Task Scenarios_beyond_the_sets_pass(string scenario, string version)
    {
        await using McpTestServer server = await StartAsync();
        await ConformanceSuite.RunAsync(ConformanceSuite.Current, server.Endpoint.Port, "--scenario", scenario, "--spec-version", version);
    }

    // The guard of the real port belongs to what is tested (DNS rebinding).
    private static Task<McpTestServer> StartAsync() => McpTestServer.StartAsync(
        [.. McpToolRegistryOf(FakeServices.Create()), .. FixtureTools.Create()], guarded: true);

    private static IEnumerable<IMcpTool> McpToolRegistryOf(ToolServices services) => ToolTable.Rows.Select(row => row.Create(services));
}
