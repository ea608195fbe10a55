namespace MistralServe.Bench.Peers;

/// <summary>Names of what is measured, as in tables and bars.</summary>
internal static class EngineNames
{
    /// <summary>This project's server.</summary>
    public const string Mistralserve = "mistralserve";

    /// <summary>llama-server with its defaults.</summary>
    public const string LlamaDefaults = "llama-server";

    /// <summary>llama-server with the flags that were measured best on CPUs.</summary>
    public const string LlamaBest = "llama-server (best flags)";

    /// <summary>The C API without a server.</summary>
    public const string BareLoop = "bare loop";

    /// <summary>The library's sampler chain.</summary>
    public const string SamplerChain = "library's chain";

    /// <summary>mistral.rs through its Python package.</summary>
    public const string MistralRs = "mistral.rs";

    /// <summary>All, in the order of the table's columns and of a round.</summary>
    public static readonly IReadOnlyList<string> All = [Mistralserve, LlamaDefaults, LlamaBest, BareLoop, SamplerChain, MistralRs];
}
