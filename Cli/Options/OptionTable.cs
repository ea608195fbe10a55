using System.Net;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Access.OAuth;

namespace MistralServe.Cli.Options;

/// <summary>Every option of the program. To add one, add a row here and a property to the settings.</summary>
internal static class OptionTable
{
    /// <summary>The configuration file; read before the other rows because it feeds them.</summary>
    public static readonly OptionRow Config = OptionRow.Text(
        "--config", null, "FILE", "the path of a JSON file", "none",
        "JSON object with options: a key is an option's name without the dashes in front. Command line and environment win over it.",
        (settings, value) => settings with { ConfigPath = value });

    /// <summary>One quick key; the command warns when it comes from the command line.</summary>
    public static readonly OptionRow ApiKey = OptionRow.Text(
        "--api-key", null, "KEY", "visible ASCII characters without spaces", "none",
        "A key that callers must send as 'Authorization: Bearer KEY'. Process lists show the command line: prefer the environment variable or --api-key-file.",
        (settings, value) => settings with { ApiKey = value },
        value => value.All(character => character is > ' ' and <= '~')) with
    { IsSecret = true };

    private static readonly (string Word, LogLevel Value)[] LogLevels =
    [
        ("trace", LogLevel.Trace),
        ("debug", LogLevel.Debug),
        ("info", LogLevel.Information),
        ("warn", LogLevel.Warning),
        ("error", LogLevel.Error),
    ];

    private static readonly (string Word, bool? Value)[] KeyTypes = [("auto", null), ("f16", false), ("q8_0", true)];

    private static readonly (string Word, bool Value)[] ModelChecks = [("lenient", false), ("strict", true)];

    private static readonly (string Word, bool? Value)[] AttentionModes = [("auto", null), ("on", true), ("off", false)];

    /// <summary>Options of <c>serve</c>, in the order in which help shows them.</summary>
    public static readonly IReadOnlyList<OptionRow> Serve =
    [
        OptionRow.Text("--model", "-m", "FILE", "the path of a GGUF file", "the demo model that ships with the program",
            "GGUF file to serve.",
            (settings, value) => settings with { ModelPath = value }),
        OptionRow.Text("--alias", null, "NAME", "1 to 256 characters, none of them a control character", "file name without extension",
            "Name of the model on both ports.",
            (settings, value) => settings with { Alias = value }, value => value.Length <= 256 && !value.Any(char.IsControl)),
        OptionRow.Integer("--port", "-p", "PORT", 0, 65535,
            "Port of the REST API; 0 takes a free one.",
            settings => settings.Port, (settings, value) => settings with { Port = (int)value }),
        OptionRow.Integer("--mcp-port", null, "PORT", 0, 65535,
            "Port of the MCP endpoint, not the one of --port; 0 takes a free one.",
            settings => settings.McpPort, (settings, value) => settings with { McpPort = (int)value }),
        OptionRow.Text("--host", null, "ADDRESS", "an IP address or localhost", new ServeSettings().Host,
            "Address that both ports bind. Beyond loopback a key is needed (or --insecure).",
            (settings, value) => settings with { Host = value }, value => value == "localhost" || IPAddress.TryParse(value, out _)),
        OptionRow.Integer("--parallel", null, "COUNT", 1, 256,
            "Requests decoded at the same time.",
            settings => settings.Parallel, (settings, value) => settings with { Parallel = (int)value }),
        OptionRow.Integer("--ctx-size", null, "TOKENS", 16, 16_777_216,
            "Tokens of one request, prompt and answer together.",
            settings => settings.ContextLength, (settings, value) => settings with { ContextLength = (int)value },
            "the smaller of 4,096 and the model's training length"),
        OptionRow.Integer("--cache-streams", null, "COUNT", 0, 255,
            "Sequences beyond --parallel that keep prefixes in the cache while all others are busy; fewer when --cache-memory does not suffice.",
            settings => settings.CacheStreams, (settings, value) => settings with { CacheStreams = (int)value }),
        OptionRow.Integer("--cache-memory", null, "MIB", 1, 16_777_216,
            "Most memory for the KV cache. Each of the --parallel and --cache-streams sequences has its share, and takes it from the system when it is first used; the log says how much.",
            settings => settings.CacheMemoryMebibytes, (settings, value) => settings with { CacheMemoryMebibytes = (int)value }, "a quarter of the memory"),
        OptionRow.Choice("--cache-type-k", "TYPE", KeyTypes,
            "Type of the keys in the KV cache. q8_0 halves them and is read faster; it rounds a little and goes without flash attention only. auto is q8_0 where that is so and heads are a multiple of 32 wide, else f16.",
            settings => settings.QuantizedKeys, (settings, value) => settings with { QuantizedKeys = value }),
        OptionRow.Choice("--flash-attention", "MODE", AttentionModes,
            "Fused attention kernel: faster long prompts and, with small heads, more tokens for many clients; slower next turns. auto is off.",
            settings => settings.FlashAttention, (settings, value) => settings with { FlashAttention = value }),
        OptionRow.Switch("--fast-start",
            "Use weights as they lie in the file, without repacking them for faster kernels: ready sooner and with less memory, slower tokens for some types.",
            (settings, value) => settings with { FastStart = value }),
        OptionRow.Integer("--draft-max", null, "TOKENS", 0, 64,
            "Most tokens guessed at a time by lookup in prompt and answer (speculation); 0 is off. Helps where text repeats, as in edited code; how many are guessed follows the success.",
            settings => settings.MaxDraftTokens, (settings, value) => settings with { MaxDraftTokens = (int)value }),
        OptionRow.Integer("--threads", null, "COUNT", 1, 1024,
            "Compute threads of the native library.",
            settings => settings.ThreadCount, (settings, value) => settings with { ThreadCount = (int)value }, "physical cores"),
        OptionRow.Integer("--queue", null, "COUNT", 1, 65536,
            "Requests that may wait; one more is refused at once with Retry-After.",
            settings => settings.QueueLength, (settings, value) => settings with { QueueLength = (int)value }),
        OptionRow.Integer("--key-share", null, "COUNT", 1, 65_792,
            "Requests of one key that may wait or run at a time, those in the background included; one more is refused at once with 429 and Retry-After. Several answers or prompts count as so many.",
            settings => settings.KeyShare, (settings, value) => settings with { KeyShare = (int)value }, "half of --queue and --parallel together where there are several keys or OAuth, else no limit"),
        OptionRow.Seconds("--queue-timeout", 0, 86_400,
            "Longest wait of a request for its turn.",
            settings => settings.QueueTimeout, (settings, value) => settings with { QueueTimeout = value }),
        OptionRow.Seconds("--request-timeout", 0.001, 86_400,
            "Longest time of a whole request.",
            settings => settings.RequestTimeout, (settings, value) => settings with { RequestTimeout = value }),
        OptionRow.Seconds("--drain-timeout", 0, 86_400,
            "How long running requests may go on after SIGTERM or SIGINT.",
            settings => settings.DrainTimeout, (settings, value) => settings with { DrainTimeout = value }),
        OptionRow.Text("--cpu-variant", null, "NAME", "auto or the name of a CPU variant", "auto",
            "CPU variant of the native library; auto takes the best one that CPU and operating system allow.",
            (settings, value) => settings with { CpuVariant = value == "auto" ? null : value }),
        OptionRow.Text("--native-dir", null, "FOLDER", "the path of a folder", "the folder of the program",
            "Folder of the native libraries.",
            (settings, value) => settings with { NativeDirectory = value }),
        OptionRow.Text("--chat-template", null, "NAME|FILE", "the name of a built-in template or the path of a Jinja file", "the model's own",
            "Chat template to use instead of the model's own.",
            (settings, value) => settings with { ChatTemplate = value }),
        ApiKey,
        OptionRow.Text("--api-key-file", null, "FILE", "the path of a file", "none",
            "File of keys, one a line as 'KEY [NAME]'; lines that begin with # are comments.",
            (settings, value) => settings with { ApiKeyFile = value }),
        OptionRow.List("--allowed-host", "NAME", "host names or addresses without a port, or *",
            "Names under which the server may be reached beside localhost and --host; may be repeated, or one list with commas. * allows any and needs a key.",
            IsHostName, (settings, values) => settings with { AllowedHosts = values }),
        OptionRow.Switch("--insecure",
            "Allow a bind beyond loopback without a key.",
            (settings, value) => settings with { Insecure = value }),
        OptionRow.List("--cors-origin", "ORIGIN", "origins such as https://app.example:8443, without a path and without wildcards",
            "Web origins whose pages may call the REST API and read its answers; may be repeated, or one list with commas. A key is asked for as ever.",
            CorsPolicy.IsOrigin, (settings, values) => settings with { CorsOrigins = values }),
        OptionRow.Choice("--model-check", "MODE", ModelChecks,
            "What happens to a request that names another model than the loaded one: lenient serves it and the answer names the real one, strict is a 404.",
            settings => settings.StrictModelCheck, (settings, value) => settings with { StrictModelCheck = value }),
        OptionRow.Integer("--response-store", null, "COUNT", 0, 1_000_000,
            "Answers of the Responses API kept in memory for previous_response_id and GET; the oldest goes first. 0 keeps none.",
            settings => settings.ResponseStoreCount, (settings, value) => settings with { ResponseStoreCount = (int)value }),
        OptionRow.Integer("--response-store-memory", null, "MIB", 1, 1_048_576,
            "Most memory for kept answers.",
            settings => settings.ResponseStoreMebibytes, (settings, value) => settings with { ResponseStoreMebibytes = (int)value }),
        OptionRow.Seconds("--response-lifetime", 1, 31_536_000,
            "How long an answer is kept.",
            settings => settings.ResponseLifetime, (settings, value) => settings with { ResponseLifetime = value }),
        OptionRow.List("--mcp-tools", "NAME", "names out of " + string.Join(", ", McpPort.ToolNames),
            "Tools that the MCP port offers, as far as the model can do them; may be repeated, or one list with commas. All when absent.",
            McpPort.ToolNames.Contains, (settings, values) => settings with { McpTools = values }),
        OptionRow.Text("--oauth-issuer", null, "URL", "an https URL without query (http on loopback only)", "none",
            "OAuth 2.1 issuer whose access tokens the MCP port takes. Needs --oauth-audience. The REST port still wants keys.",
            (settings, value) => settings with { OAuthIssuer = value }, OAuthRules.IsIssuer),
        OptionRow.Text("--oauth-audience", null, "URL", "an http or https URL without query", "none",
            "Public address of the MCP endpoint, as users type it, for example https://llm.example.org/mcp: the audience that tokens must name.",
            (settings, value) => settings with { OAuthAudience = value }, OAuthRules.IsAudience),
        OptionRow.List("--oauth-scopes", "SCOPE", "scopes: visible ASCII characters without spaces, quotes, backslashes and commas",
            "Scopes that a token must grant, all of them; may be repeated, or one list with commas. A granted scope grants those below it: mcp grants mcp:tools.",
            OAuthRules.IsScope, (settings, values) => settings with { OAuthScopes = values }),
        OptionRow.Integer("--max-body-size", null, "BYTES", 1024, 1L << 30,
            "Largest request body.",
            settings => settings.MaxBodySizeBytes, (settings, value) => settings with { MaxBodySizeBytes = value }),
        OptionRow.Choice("--log-level", "LEVEL", LogLevels,
            "Least severe level that is logged, on standard error.",
            settings => settings.LogLevel, (settings, value) => settings with { LogLevel = value }),
        Config,
    ];

    /// <summary>Options of <c>mcp</c>: those of <c>serve</c> that have nothing to do with ports and callers.</summary>
    public static readonly IReadOnlyList<OptionRow> Mcp =
    [
        .. Serve.Where(row => row.Flag is "--model" or "--alias" or "--parallel" or "--ctx-size" or "--cache-streams" or "--cache-memory"
            or "--cache-type-k" or "--flash-attention" or "--fast-start" or "--draft-max" or "--threads" or "--queue" or "--queue-timeout" or "--request-timeout"
            or "--cpu-variant" or "--native-dir" or "--chat-template" or "--mcp-tools" or "--max-body-size" or "--log-level" or "--config"),
    ];

    /// <summary>Options of <c>doctor</c>: what decides how a model would be loaded.</summary>
    public static readonly IReadOnlyList<OptionRow> Doctor =
    [
        .. Serve.Where(row => row.Flag is "--model" or "--parallel" or "--ctx-size" or "--cache-streams" or "--cache-memory" or "--cache-type-k"
            or "--flash-attention" or "--threads" or "--cpu-variant" or "--native-dir" or "--config"),
    ];

    /// <summary>Options of <c>health</c>: what it needs to find the server, from the same rows.</summary>
    public static readonly IReadOnlyList<OptionRow> Health = [.. Serve.Where(row => row.Flag is "--port" or "--host" or "--config")];

    private static bool IsHostName(string value) => value == "*" || Uri.CheckHostName(value.Trim('[', ']')) != UriHostNameType.Unknown;
}
