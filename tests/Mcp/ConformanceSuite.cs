using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Mcp;

/// <summary>Runs the official conformance suite (modelcontextprotocol/conformance), which asserts; its exit code is the verdict.</summary>
internal static class ConformanceSuite
{
    /// <summary>Release that knows both requirement sets.</summary>
    public const string Current = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

    /// <summary>Stable release, 2025 wire only.</summary>
    public const string Stable = "node_modules/conformance-0.1/dist/index.js";

    /// <summary>Runs a set of scenarios against a server on this machine.</summary>
    /// <param name="suite">The release.</param>
    /// <param name="port">Where the server listens.</param>
    /// <param name="options">Which scenarios, and the file of expected failures.</param>
    public static async Task RunAsync(string suite, int port, params string[] options)
    {
        string output = Directory.CreateTempSubdirectory("conformance").FullName;
        try
        {
            // By this name: the scenario of DNS rebinding fails on an address that is not loopback.
            await NodeEnvironment.RunInAsync("mcp", suite, ["server", "--url", $"http://localhost:{port}/mcp", .. options, "-o", output]);
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }
}
