using System.Globalization;

namespace MistralServe.Bench.Peers;

/// <summary>A server program and the flags it is started with.</summary>
/// <param name="Name">One of <see cref="EngineNames"/>.</param>
/// <param name="Binary">Full path.</param>
/// <param name="Flags">What stands behind the flags that every case sets.</param>
internal sealed record ServerPeer(string Name, string Binary, IReadOnlyList<string> Flags)
{
    // llamacpp.md, section 21: the best setting measured for several independent clients on a CPU.
    private static readonly string[] BestLlamaFlags = ["--no-kv-unified", "-fa", "off", "-ctk", "q8_0", "-ub", "128", "-b", "512"];

    /// <summary>The servers whose binaries were given, mistralserve first.</summary>
    public static IReadOnlyList<ServerPeer> FromOptions(BenchOptions options)
    {
        var peers = new List<ServerPeer>();
        if (options.Binary is { } binary)
        {
            peers.Add(new ServerPeer(EngineNames.Mistralserve, binary, options.MistralserveFlags));
        }

        if (options.LlamaServer is { } llama)
        {
            peers.Add(new ServerPeer(EngineNames.LlamaDefaults, llama, []));
            peers.Add(new ServerPeer(EngineNames.LlamaBest, llama, BestLlamaFlags));
        }

        return peers;
    }

    /// <summary>
    /// The command line. llama-server's context is the sum over its slots, mistralserve's that of one request.
    /// </summary>
    public IReadOnlyList<string> MakeArguments(ServerShape shape, string model, int threads, int port, int mcpPort)
    {
        string slots = Text(shape.Slots);
        return Name == EngineNames.Mistralserve
            ? ["serve", "-m", model, "-p", Text(port), "--mcp-port", Text(mcpPort), "--parallel", slots, "--ctx-size", Text(shape.RoomTokens),
                "--threads", Text(threads), .. Flags]
            : ["-m", model, "--host", "127.0.0.1", "--port", Text(port), "-np", slots, "-c", Text(shape.RoomTokens * shape.Slots),
                "-t", Text(threads), "-fit", "off", .. Flags];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
