using System.Globalization;

namespace MistralServe.OpenAi.Telemetry;

/// <summary>
/// Counts of the REST port in the text format of Prometheus. Labels are the server's own routes and statuses, never text of a client, so the
/// number of series is bounded. Any thread.
/// </summary>
internal sealed class RestMetrics
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Route, int Status), Series> _series = [];

    /// <summary>Counts a request that is over.</summary>
    /// <param name="route">Pattern of the route, or a fixed word.</param>
    /// <param name="status">What it was answered with; 499 when its client went away.</param>
    /// <param name="seconds">From its arrival to the end of its answer.</param>
    public void Add(string route, int status, double seconds)
    {
        lock (_lock)
        {
            Series sum = _series.GetValueOrDefault((route, status));
            _series[(route, status)] = new Series(sum.Count + 1, sum.Seconds + seconds);
        }
    }

    /// <summary>The page, see <see cref="MetricsPage"/>.</summary>
    /// <param name="active">Requests that wait or run in the engine now.</param>
    public string Format(int active)
    {
        var page = new MetricsPage();
        page.Describe("mistralserve_requests_active", "gauge", "Requests that wait or run in the engine, of both ports.");
        page.Line("mistralserve_requests_active", "", active);
        page.Describe("mistralserve_http_request_duration_seconds", "summary", "Time from a request to the end of its answer.");
        lock (_lock)
        {
            foreach (((string route, int status), Series sum) in _series)
            {
                string labels = string.Create(CultureInfo.InvariantCulture, $"route=\"{route}\",status=\"{status}\"");
                page.Line("mistralserve_http_request_duration_seconds_sum", labels, sum.Seconds);
                page.Line("mistralserve_http_request_duration_seconds_count", labels, sum.Count);
            }
        }

        return page.ToString();
    }

    private readonly record struct Series(long Count, double Seconds);
}
