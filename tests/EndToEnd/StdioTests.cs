using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.EndToEnd;

/// <summary><c>mistralserve mcp</c> as a child process: bad lines, the end of either pipe, signals, and nothing but messages on standard output.</summary>
[Collection("native")]
public sealed class StdioTests
{
    private const string SmolLm = "models/SmolLM2-135M-Instruct-Q4_1.gguf";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("mcp1", "mcp<2", "1")]
    [InlineData("mcp2", "mcp>=2", "2")]
    public async Task The_Python_SDKs_speak_over_stdio(string name, string package, string version)
    {
        string model = RepositoryFiles.Shared(SmolLm);
        (int code, string output, string error) = await PythonEnvironment.RunAsync(
            name, [package], "mcp_stdio.py", version, PublishedServer.FindBinary(), "mcp", "-m", model);
        Assert.True(code == 0, error);
        Assert.Contains("ok", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_are_no_messages_are_answered_and_the_next_is_served()
    {
        using var peer = new Peer();
        await peer.SendAsync("{"u8.ToArray());
        Assert.Equal(-32700, await peer.ReadErrorAsync());
        await peer.SendAsync([.. "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\""u8, 0xFF, .. "\"}"u8]);
        Assert.Equal(-32700, await peer.ReadErrorAsync());
        await peer.SendAsync("\"text\""u8.ToArray());
        Assert.Equal(-32600, await peer.ReadErrorAsync());
        await peer.SendAsync("[]"u8.ToArray());
        Assert.Equal(-32600, await peer.ReadErrorAsync());
        await peer.SendAsync("\r"u8.ToArray());
        await peer.SendAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"""u8.ToArray());
        Assert.Equal("1", (await peer.ReadAsync()).GetProperty("id").GetRawText());
        Assert.Equal("2", (await peer.ReadAsync()).GetProperty("id").GetRawText());

        // Ten megabytes are a message like any other, and more than the limit is refused without an end of the process.
        await peer.SendAsync(Encoding.ASCII.GetBytes($$$"""{"jsonrpc":"2.0","id":3,"method":"ping","params":{"x":"{{{new string('a', 10_000_000)}}}"}}"""));
        Assert.Equal("3", (await peer.ReadAsync()).GetProperty("id").GetRawText());
        await peer.SendAsync(Encoding.ASCII.GetBytes(new string('a', 40_000_000)));
        Assert.Equal(-32600, await peer.ReadErrorAsync());
        await peer.SendAsync("""{"jsonrpc":"2.0","id":4,"method":"ping"}"""u8.ToArray());
        Assert.Equal("4", (await peer.ReadAsync()).GetProperty("id").GetRawText());
        Assert.Equal(0, await peer.EndInputAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"meth""")]
    public async Task The_end_of_the_input_ends_the_process_in_the_middle_of_a_message_too(string part)
    {
        using var peer = new Peer();
        await peer.SendAsync("""{"jsonrpc":"2.0","id":9,"method":"ping"}"""u8.ToArray());
        await peer.ReadAsync();
        await peer.SendAsync(Encoding.ASCII.GetBytes(part), newline: "");
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await peer.EndInputAsync());
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task The_end_of_the_input_ends_running_calls()
    {
        using var peer = new Peer(arguments: ["-m", RepositoryFiles.Shared(SmolLm)]);
        await peer.StartEndlessCallAsync();
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await peer.EndInputAsync());
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task A_host_that_closes_our_output_ends_the_process()
    {
        using var peer = new Peer(arguments: ["-m", RepositoryFiles.Shared(SmolLm)]);
        await peer.StartEndlessCallAsync();
        peer.CloseOutput();
        Assert.Equal(0, await peer.WaitForExitAsync());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_the_process_with_0(string signal)
    {
        using var peer = new Peer(arguments: ["-m", RepositoryFiles.Shared(SmolLm)]);
        await peer.StartEndlessCallAsync();
        peer.Signal(signal);
        Assert.Equal(0, await peer.WaitForExitAsync());
    }

    [Fact]
    public async Task Logs_are_on_standard_error_only_and_a_host_that_does_not_read_them_is_served()
    {
        using var peer = new Peer(readsErrors: false, "--log-level", "trace");

        // Far more than the pipe of standard error holds.
        for (int i = 0; i < 5000; i++)
        {
            await peer.SendAsync(Encoding.ASCII.GetBytes($$"""{"jsonrpc":"2.0","id":{{i}},"method":"ping"}"""));
            Assert.Equal(i, (await peer.ReadAsync()).GetProperty("id").GetInt32());
        }

        await peer.SendAsync("""{"jsonrpc":"2.0","id":"t","method":"tools/call","params":{"name":"count_tokens","arguments":{"content":"hello"}}}"""u8.ToArray());
        Assert.True((await peer.ReadAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("count").GetInt32() > 0);
    }

    [Fact]
    public async Task A_model_that_cannot_be_served_is_a_sentence_on_standard_error()
    {
        (int code, string output, string error) = await PublishedServer.RunAsync(null, "mcp", "-m", "absent.gguf");
        Assert.Equal(1, code);
        Assert.Equal("", output);
        Assert.Contains("absent.gguf", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>The host's side of the pipes.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly Process _process;

        public Peer(bool readsErrors = true, params string[] arguments)
        {
            var info = new ProcessStartInfo(PublishedServer.FindBinary(), ["mcp", "--parallel", "1", .. arguments])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
            };
            _process = Process.Start(info)!;
            if (readsErrors)
            {
                _process.ErrorDataReceived += (_, _) => { };
                _process.BeginErrorReadLine();
            }
        }

        public async Task SendAsync(byte[] line, string newline = "\n")
        {
            await _process.StandardInput.BaseStream.WriteAsync((byte[])[.. line, .. Encoding.ASCII.GetBytes(newline)]).AsTask().WaitAsync(Limit);
            await _process.StandardInput.BaseStream.FlushAsync();
        }

        /// <summary>The next line, which must be a message.</summary>
        public async Task<JsonElement> ReadAsync()
        {
            string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
            Assert.NotNull(line);
            JsonElement message = JsonDocument.Parse(line).RootElement;
            Assert.Equal("2.0", message.GetProperty("jsonrpc").GetString());
            return message;
        }

        public async Task<int> ReadErrorAsync() => (await ReadAsync()).GetProperty("error").GetProperty("code").GetInt32();

        /// <summary>Begins a call that tells its progress until it is stopped, and waits for the first word of it.</summary>
        public async Task StartEndlessCallAsync()
        {
            await SendAsync(
                """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"complete","arguments":{"prompt":"a","maxTokens":3000,"ignore_eos":true},"_meta":{"progressToken":1}}}"""u8.ToArray());
            while (!(await ReadAsync()).GetProperty("params").TryGetProperty("message", out _))
            {
            }
        }

        public void CloseOutput() => _process.StandardOutput.Close();

        public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

        public Task<int> EndInputAsync()
        {
            _process.StandardInput.Close();
            return WaitForExitAsync();
        }

        public async Task<int> WaitForExitAsync()
        {
            using var source = new CancellationTokenSource(Limit);
            await _process.WaitForExitAsync(source.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }
}
