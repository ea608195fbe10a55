using System.Globalization;
using System.Text.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;
using MistralServe.OpenAi.Telemetry;

namespace MistralServe.Mcp.Telemetry;

/// <summary>
/// Counts of the MCP port in the text format of Prometheus. All series exist from the start and no label comes from a client, so their number
/// is bounded. Any thread.
/// </summary>
internal sealed class McpMetrics
{
    /// <summary>Number of <see cref="McpEra"/>.</summary>
    internal const int Eras = 2;

    /// <summary>Number of <see cref="CallOutcome"/>.</summary>
    internal const int Outcomes = 4;

    private const string Other = "other";
    private const string CallMethod = "tools/call";

    private static readonly string[] Methods = ["initialize", "ping", "server/discover", "tools/list"];
    private static readonly int[] Statuses = [200, 202, 204, 400, 401, 403, 404, 405, 413, 415, 499, 500, 503];

    private readonly McpSeries[] _series;
    private readonly string[] _routes;

    // [route × (statuses + 1) + status], the last one of a route being all others.
    private readonly long[] _exchanges;

    /// <summary>Counts for these tools and routes.</summary>
    /// <param name="tools">Tools that there are.</param>
    /// <param name="routes">Paths of the port's routes.</param>
    public McpMetrics(McpToolRegistry tools, IReadOnlyList<string> routes)
    {
        _series =
        [
            .. Methods.Select(method => new McpSeries(method, "-")),
            .. tools.Definitions.Select(tool => new McpSeries(CallMethod, tool.Name)),
            new(CallMethod, Other),
            new(Other, "-"),
        ];
        _routes = [.. routes, Other];
        _exchanges = new long[_routes.Length * (Statuses.Length + 1)];
    }

    /// <summary>Sessions that are remembered now; set once, by who keeps them.</summary>
    public Func<int> Sessions { get; set; } = () => 0;

    /// <summary>Event streams of revision 2024-11-05 that are open now; set once, by who keeps them.</summary>
    public Func<int> Streams { get; set; } = () => 0;

    /// <summary>What a request is counted under.</summary>
    public McpSeries Find(JsonRpcMessage request)
    {
        JsonElement name = request.Param("name"u8);
        foreach (McpSeries series in _series)
        {
            bool isMethod = series.Method == request.Method || series.Method == Other;
            bool isTool = series.Method != CallMethod || series.Tool == Other
                || (name.ValueKind == JsonValueKind.String && name.ValueEquals(series.Tool));
            if (isMethod && isTool)
            {
                return series;
            }
        }

        // The last series takes every method.
        return _series[^1];
    }

    /// <summary>Counts a request that is over.</summary>
    public static void Add(McpSeries series, McpEra era, CallOutcome outcome, double seconds, int promptTokens, int generatedTokens)
    {
        Interlocked.Increment(ref series.Ended[((int)era * Outcomes) + (int)outcome]);
        Interlocked.Add(ref series.Microseconds, (long)(seconds * 1e6));
        Interlocked.Add(ref series.PromptTokens, promptTokens);
        Interlocked.Add(ref series.GeneratedTokens, generatedTokens);
    }

    /// <summary>Counts an HTTP exchange that is over.</summary>
    public void AddExchange(string route, int status)
    {
        int row = Array.IndexOf(_routes, route) is >= 0 and var index ? index : _routes.Length - 1;
        int column = Array.IndexOf(Statuses, status) is >= 0 and var known ? known : Statuses.Length;
        Interlocked.Increment(ref _exchanges[(row * (Statuses.Length + 1)) + column]);
    }

    /// <summary>The page, see <see cref="MetricsPage"/>.</summary>
    public string Format()
    {
        var page = new MetricsPage();
        page.Describe("mistralserve_mcp_requests_total", "counter", "MCP requests that ended.");
        foreach (McpSeries series in _series)
        {
            for (int index = 0; index < series.Ended.Length; index++)
            {
                // A series appears with its first request: most of the table stays empty.
                if (Interlocked.Read(ref series.Ended[index]) is > 0 and var count)
                {
                    string labels = $"{LabelsOf(series)},era=\"{McpTelemetry.LabelOf((McpEra)(index / Outcomes))}\",outcome=\"{McpTelemetry.LabelOf((CallOutcome)(index % Outcomes))}\"";
                    page.Line("mistralserve_mcp_requests_total", labels, count);
                }
            }
        }

        page.Describe("mistralserve_mcp_request_duration_seconds", "summary", "Time from a request to its answer.");
        foreach (McpSeries series in _series)
        {
            page.Line("mistralserve_mcp_request_duration_seconds_sum", LabelsOf(series), Interlocked.Read(ref series.Microseconds) / 1e6);
            page.Line("mistralserve_mcp_request_duration_seconds_count", LabelsOf(series), series.Ended.Sum());
        }

        page.Describe("mistralserve_mcp_prompt_tokens_total", "counter", "Tokens of prompts and inputs.");
        EachTool(series => page.Line("mistralserve_mcp_prompt_tokens_total", $"tool=\"{series.Tool}\"", Interlocked.Read(ref series.PromptTokens)));
        page.Describe("mistralserve_mcp_generation_tokens_total", "counter", "Tokens generated.");
        EachTool(series => page.Line("mistralserve_mcp_generation_tokens_total", $"tool=\"{series.Tool}\"", Interlocked.Read(ref series.GeneratedTokens)));
        FormatExchanges(page);
        page.Describe("mistralserve_mcp_sessions", "gauge", "Sessions of legacy clients that are remembered.");
        page.Line("mistralserve_mcp_sessions", "", Sessions());
        page.Describe("mistralserve_mcp_streams", "gauge", "Open event streams of revision 2024-11-05.");
        page.Line("mistralserve_mcp_streams", "", Streams());
        return page.ToString();
    }

    /// <summary>Label of an HTTP method.</summary>
    internal static string LabelOfHttp(string method) =>
        HttpMethods.IsPost(method) ? HttpMethods.Post : HttpMethods.IsGet(method) ? HttpMethods.Get
        : HttpMethods.IsDelete(method) ? HttpMethods.Delete : Other;

    private void FormatExchanges(MetricsPage page)
    {
        page.Describe("mistralserve_mcp_http_requests_total", "counter", "HTTP requests of the MCP port that ended.");
        for (int index = 0; index < _exchanges.Length; index++)
        {
            if (Interlocked.Read(ref _exchanges[index]) is > 0 and var count)
            {
                int status = index % (Statuses.Length + 1);
                string label = status < Statuses.Length ? Statuses[status].ToString(CultureInfo.InvariantCulture) : Other;
                page.Line("mistralserve_mcp_http_requests_total", $"route=\"{_routes[index / (Statuses.Length + 1)]}\",status=\"{label}\"", count);
            }
        }
    }

    private void EachTool(Action<McpSeries> write)
    {
        foreach (McpSeries series in _series)
        {
            if (series.Method == CallMethod)
            {
                write(series);
            }
        }
    }

    private static string LabelsOf(McpSeries series) => $"method=\"{series.Method}\",tool=\"{series.Tool}\"";
}
