using Microsoft.Extensions.Logging;

namespace MistralServe.Hosting;

/// <summary>
/// What the server was told by command line, environment and configuration file, already checked for range.
/// The initial values are the defaults; help and reference page read them from here. Immutable; any thread.
/// </summary>
internal sealed record ServeSettings
{
    /// <summary>Model file as given; null means the demo model that ships with the program.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Name under which the model is served; null means the file name without extension.</summary>
    public string? Alias { get; init; }

    /// <summary>Port of the REST API, 0..65535; 0 takes a free one.</summary>
    public int Port { get; init; } = 1234;

    /// <summary>Port of the MCP endpoint, 0..65535; 0 takes a free one.</summary>
    public int McpPort { get; init; } = 4321;

    /// <summary>Address that both listeners bind: an IP address or <c>localhost</c>.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Sequences decoded at the same time, 1..256 (the library's own bound on sequences of a context).</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Tokens of one request, prompt and answer together; null means the smaller of 4,096 and the training length.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Sequences kept beyond <see cref="Parallel"/> as room for cached prefixes, 0..255; fewer when memory does not suffice.</summary>
    public int CacheStreams { get; init; } = 2;

    /// <summary>Most memory for the KV cache of all sequences, in MiB; null means a quarter of the memory.</summary>
    public int? CacheMemoryMebibytes { get; init; }

    /// <summary>Whether the fused attention kernel is used; null means the default of the layout's rules.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>Whether keys are cached as Q8_0 instead of F16; null means the default of the layout's rules.</summary>
    public bool? QuantizedKeys { get; init; }

    /// <summary>Whether weights are used as they lie in the file, without laying them out anew for faster kernels.</summary>
    public bool FastStart { get; init; }

    /// <summary>Most tokens guessed at a time by lookup, 0..64; 0 turns speculation off.</summary>
    public int MaxDraftTokens { get; init; } = 16;

    /// <summary>Native compute threads; null means the number of physical cores.</summary>
    public int? ThreadCount { get; init; }

    /// <summary>Places for requests that wait for a sequence, 1..65536; a request beyond them is refused.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>
    /// Answers of one key that may wait or run at a time, 1..65,792; null means all that there is room for, or half of it where there are
    /// several callers to tell apart (<see cref="Access.CallerShare"/>).
    /// </summary>
    public int? KeyShare { get; init; }

    /// <summary>How long a request may wait in the queue.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request may take from arrival to its last token.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How long running requests may go on after the first SIGTERM or SIGINT.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Name of the CPU variant of the native library; null means the best one that CPU and system allow.</summary>
    public string? CpuVariant { get; init; }

    /// <summary>Folder of the native libraries; null means the folder of the program.</summary>
    public string? NativeDirectory { get; init; }

    /// <summary>Name of a built-in chat template, or a file with one; null means the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>One key, from any source. Never printed.</summary>
    public string? ApiKey { get; init; }

    /// <summary>File of keys; null means none.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>Names that a Host header may carry beside the loopback ones and <see cref="Host"/>; <c>*</c> means any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Allows a bind beyond loopback without keys.</summary>
    public bool Insecure { get; init; }

    /// <summary>Web origins whose pages may read answers of the REST port.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Whether a request that names another model than the loaded one is refused.</summary>
    public bool StrictModelCheck { get; init; }

    /// <summary>Most answers of the Responses API that are kept, 0..1,000,000; 0 keeps none.</summary>
    public int ResponseStoreCount { get; init; } = 1000;

    /// <summary>Most memory for kept answers, in MiB.</summary>
    public int ResponseStoreMebibytes { get; init; } = 64;

    /// <summary>How long an answer is kept.</summary>
    public TimeSpan ResponseLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Names of the MCP tools that are offered, as far as the model can do them; null means all.</summary>
    public IReadOnlyList<string>? McpTools { get; init; }

    /// <summary>Issuer whose access tokens the MCP port takes (OAuth 2.1); null means none.</summary>
    public string? OAuthIssuer { get; init; }

    /// <summary>Audience that a token must name: the public address of the MCP endpoint.</summary>
    public string? OAuthAudience { get; init; }

    /// <summary>Scopes that a token must grant, all of them.</summary>
    public IReadOnlyList<string> OAuthScopes { get; init; } = [];

    /// <summary>Largest request body in bytes; the default is Kestrel's own.</summary>
    public long MaxBodySizeBytes { get; init; } = 30_000_000;

    /// <summary>Least severe level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Configuration file; null means none.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Full path of the file to load: the given one or the demo model beside the program.</summary>
    public string ModelFile => Path.GetFullPath(ModelPath ?? Path.Combine(AppContext.BaseDirectory, "assets", "mistralserve-demo.gguf"));
}
