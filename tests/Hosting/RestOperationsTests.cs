using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Health;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Telemetry;

namespace MistralServe.Tests.Hosting;

/// <summary>What operators see of the REST port: access log, metrics, probes, and answers to what is no readable request.</summary>
public sealed class RestOperationsTests
{
    [Theory]
    [InlineData("GET\r\nHost: localhost\r\n\r\n", 400, "invalid_request")]
    [InlineData("GET /v1/models HTTP/1.1\r\nno colon\r\n\r\n", 400, "invalid_request")]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n", 400, "invalid_request")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "invalid_request")]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n", 400, "invalid_request")]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400, "invalid_request")]
    [InlineData("GET /v1/models HTTP/9.9\r\nHost: localhost\r\n\r\n", 505, "http_version_not_supported")]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400, "invalid_request")]
    public async Task What_is_no_request_gets_an_error_object(string text, int expected, string code)
    {
        await using RunningPort port = await StartAsync();
        (int status, Dictionary<string, string> headers, string body) = await port.SendBytesAsync(text);
        Assert.Equal(expected, status);
        CheckError(headers, body, code);
    }

    [Fact]
    public async Task Too_long_lines_and_headers_get_an_error_object()
    {
        await using RunningPort port = await StartAsync();
        foreach ((string text, int expected, string code) in ((string, int, string)[])
            [
                ($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
                ($"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-A: {new string('a', 40_000)}\r\n\r\n", 431, "headers_too_large"),
                ($"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Repeat("X-A: b\r\n", 101))}\r\n", 431, "headers_too_large"),
            ])
        {
            (int status, Dictionary<string, string> headers, string body) = await port.SendBytesAsync(text);
            Assert.Equal(expected, status);
            CheckError(headers, body, code);
        }
    }

    [Fact]
    public async Task Requests_are_written_down_by_route_and_never_by_what_was_sent()
    {
        var lines = new Lines();
        using var loggers = new LoggerFactory([lines], new LoggerFilterOptions { MinLevel = LogLevel.Debug });
        await using RunningPort port = await StartAsync(loggers, key: "secret-key");
        const string Key = "Authorization: Bearer secret-key";
        await port.SendAsync("GET", "/v1/models/secret", "Host: localhost", Key);
        await port.SendAsync("GET", "/secret?secret=1", "Host: localhost", Key);
        await port.SendAsync("SECRET", "/v1/models", "Host: localhost", Key);
        await port.SendBytesAsync(Post("/tokenize", """{"secret":"secret"}""", Key));
        (int status, Dictionary<string, string> headers, string page) = await port.SendAsync("GET", "/metrics", "Host: localhost", Key);
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, headers["content-type"]));
        Assert.Equal(401, (await port.SendAsync("GET", "/metrics", "Host: localhost")).Status);
        foreach (string expected in (string[])
            [
                "mistralserve_requests_active 0",
                "mistralserve_http_request_duration_seconds_count{route=\"/tokenize\",status=\"400\"} 1",
                "mistralserve_http_request_duration_seconds_count{route=\"other\",status=\"404\"} 1",
                "mistralserve_http_request_duration_seconds_count{route=\"other\",status=\"405\"} 1",
            ])
        {
            Assert.Contains(expected + "\n", page, StringComparison.Ordinal);
        }

        Assert.Contains(lines.Texts, line => line.StartsWith("Information POST /tokenize 400 0.", StringComparison.Ordinal) && line.Contains(" s, req_", StringComparison.Ordinal));
        Assert.Contains(lines.Texts, line => line.StartsWith("Information other other 405 ", StringComparison.Ordinal));
        Assert.Contains(lines.Texts, line => line.StartsWith("Debug GET /metrics 200 ", StringComparison.Ordinal));
        Assert.Equal(["Debug The field 'secret' of requests is not known and is ignored"], lines.Texts.Where(line => line.Contains("secret", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_fields_are_told_once_a_name_and_not_without_end()
    {
        var lines = new Lines();
        using var loggers = new LoggerFactory([lines], new LoggerFilterOptions { MinLevel = LogLevel.Debug });
        var fields = new UnknownFields(loggers);
        Tell("""{"known":1,"new":2,"line\nbreak":3,"NAME":4}""".Replace("NAME", new string('a', 65), StringComparison.Ordinal));
        Tell("""{"new":2}""");
        Tell("[1]");
        Assert.Equal(["Debug The field 'new' of requests is not known and is ignored"], lines.Texts);
        Tell($"{{{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"f{i}\":0"))}}}");
        Assert.Equal(UnknownFields.MaxNames, lines.Texts.Count);

        void Tell(string json)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            fields.Tell(document.RootElement, System.Collections.Frozen.FrozenSet.Create("known"));
        }
    }

    [Theory]
    [InlineData(EngineState.Loading, 503, 200)]
    [InlineData(EngineState.Ready, 200, 200)]
    [InlineData(EngineState.Draining, 503, 200)]
    [InlineData(EngineState.Stopped, 503, 503)]
    internal async Task Probes_need_neither_key_nor_host(EngineState state, int ready, int live)
    {
        await using RunningPort port = await StartAsync(key: "right", report: HealthReport.Of(state, 0, TimeSpan.Zero));
        foreach ((string path, int expected) in ((string, int)[])[("/health", ready), ("/v1/health", ready), ("/readyz", ready), ("/livez", live)])
        {
            Assert.Equal(expected, (await port.SendAsync("GET", path, "Host: 10.0.0.7")).Status);
        }
    }

    private static string Post(string path, string body, params string[] headers) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n"
        + $"{string.Concat(headers.Select(line => line + "\r\n"))}\r\n{body}";

    private static void CheckError(Dictionary<string, string> headers, string body, string code)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("invalid_request_error", code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("application/json", headers["content-type"]);
        Assert.StartsWith("req_", headers["x-request-id"], StringComparison.Ordinal);
    }

    private static Task<RunningPort> StartAsync(ILoggerFactory? loggers = null, string? key = null, HealthReport? report = null)
    {
        var settings = new ServeSettings { Port = 0, ApiKey = key };
        var model = new ScriptedModel();
        model.Report = report ?? model.Report;
        return RunningPort.StartAsync(RestPort.Define(settings, ApiKeyStore.Load(settings).Store!, model), loggers);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _texts = new();

        // Without those of the framework, which at debug level tell of connections and routes.
        private bool _isOurs = true;

        public IReadOnlyCollection<string> Texts => _texts;

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("MistralServe", StringComparison.Ordinal) ? this : new Lines { _isOurs = false };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _isOurs;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_isOurs)
            {
                _texts.Enqueue($"{logLevel} {formatter(state, exception)}");
            }
        }

        public void Dispose()
        {
        }
    }
}
