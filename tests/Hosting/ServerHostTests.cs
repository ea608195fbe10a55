using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MistralServe.Cli;
using MistralServe.Hosting;
using MistralServe.Hosting.Health;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Hosting;

public sealed partial class ServerHostTests
{
    private static readonly ServeSettings FreePorts = new() { Port = 0, McpPort = 0, DrainTimeout = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task The_ports_answer_while_the_model_loads_and_a_stop_drains_first()
    {
        ScriptedModel model = new() { Report = HealthReport.Of(EngineState.Loading, 0.5f, TimeSpan.Zero) };
        Banner banner = new();
        TaskCompletionSource stop = new();
        Task<int> run = ServerHost.RunAsync(FreePorts, banner, (_, _) => (model, null), stop.Task);
        (int rest, int mcp) = await banner.PortsAsync();

        foreach (int port in new[] { rest, mcp })
        {
            StringWriter output = new();
            Assert.Equal(1, await MistralServeCommand.RunAsync(["health", "-p", $"{port}"], output));
            Assert.Contains("""{"status":"loading model","progress":0.5}""", output.ToString(), StringComparison.Ordinal);
        }

        model.Report = HealthReport.Of(EngineState.Ready, 1, TimeSpan.Zero);
        Assert.Equal(0, await MistralServeCommand.RunAsync(["health", "-p", $"{rest}"], TextWriter.Null));

        stop.SetResult();
        Assert.Equal(0, await run.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(["start", "drain 3", "dispose"], model.Calls);
        Assert.Equal(1, await MistralServeCommand.RunAsync(["health", "-p", $"{rest}"], TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public async Task An_engine_that_ends_by_itself_ends_the_process_with_1()
    {
        ScriptedModel model = new();
        model.End();

        StringWriter error = new();
        int code = await ServerHost.RunAsync(FreePorts, error, (_, _) => (model, null), new TaskCompletionSource().Task);

        Assert.Equal(1, code);
        Assert.EndsWith("the script ends", error.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(["start", "dispose"], model.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_in_use_is_a_sentence_and_exit_code_1(bool restPort)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        ScriptedModel model = new();
        StringWriter error = new();

        int code = await ServerHost.RunAsync(
            restPort ? FreePorts with { Port = port } : FreePorts with { McpPort = port }, error, (_, _) => (model, null), new TaskCompletionSource().Task);

        Assert.Equal(1, code);
        string flag = restPort ? "--port" : "--mcp-port";
        Assert.Equal($"Port {port} on 127.0.0.1 is already in use; choose another with {flag}.", error.ToString().TrimEnd());
        Assert.Equal(["dispose"], model.Calls);
    }

    [Fact]
    public async Task A_refused_bind_opens_no_model()
    {
        StringWriter error = new();

        int code = await ServerHost.RunAsync(
            FreePorts with { Host = "0.0.0.0" }, error, (_, _) => throw new InvalidOperationException("must not be asked"), Task.CompletedTask);

        Assert.Equal(2, code);
        Assert.StartsWith("--host 0.0.0.0 can be reached from other machines", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_opened_is_its_sentence_and_exit_code_1()
    {
        StringWriter error = new();

        int code = await ServerHost.RunAsync(FreePorts, error, (_, _) => (null, "x.gguf is empty."), Task.CompletedTask);

        Assert.Equal(1, code);
        Assert.Equal("x.gguf is empty.", error.ToString().TrimEnd());
    }

    [Fact]
    public void The_banner_says_where_and_what_and_that_the_demo_is_one()
    {
        IPEndPoint rest = new(IPAddress.Loopback, 1234);
        IPEndPoint mcp = new(IPAddress.IPv6Loopback, 4321);
        ModelDescription model = new() { Id = "m", Path = "/m.gguf", Architecture = "llama", Quantization = "Q8_0" };

        Assert.Equal(
            "mistralserve: REST http://127.0.0.1:1234/v1, MCP http://[::1]:4321/mcp, model m (llama, Q8_0)",
            StartupBanner.Format(rest, mcp, model));
        string[] demo = StartupBanner.Format(rest, mcp, model with { IsDemo = true }).Split('\n');
        Assert.Equal(2, demo.Length);
        Assert.Contains("demo model", demo[1], StringComparison.Ordinal);
        Assert.Contains("-m MODEL.gguf", demo[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("http://[::1]:80", "[::1]:80")]
    [InlineData("http://[::]:1234", "[::]:1234")]
    public void The_end_point_of_a_listener_has_its_port_80_too(string url, string expected) =>
        Assert.Equal(IPEndPoint.Parse(expected), PortApplication.ParseUrl(url));

    [Fact]
    public void The_first_signal_asks_for_a_drain_and_the_second_ends_at_once()
    {
        List<int> exits = [];
        using ShutdownSignals signals = new(exits.Add);
        PosixSignalContext first = new(PosixSignal.SIGTERM);
        signals.OnSignal(first);

        Assert.True(first.Cancel);
        Assert.True(signals.First.IsCompletedSuccessfully);
        Assert.Empty(exits);

        signals.OnSignal(new PosixSignalContext(PosixSignal.SIGINT));
        Assert.Equal([130], exits);
    }

    /// <summary>Catches the line with the addresses.</summary>
    private sealed partial class Banner : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new();

        public override Task WriteLineAsync(string? value)
        {
            _line.TrySetResult(value ?? "");
            return Task.CompletedTask;
        }

        public async Task<(int RestPort, int McpPort)> PortsAsync()
        {
            string line = await _line.Task.WaitAsync(TimeSpan.FromSeconds(10));
            MatchCollection ports = PortPattern().Matches(line);
            return (Port(ports[0]), Port(ports[1]));

            static int Port(Match match) => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
        private static partial Regex PortPattern();
    }
}
