using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MistralServe.Bench.Load;

namespace MistralServe.Bench.Peers;

/// <summary>A running server. Disposing asks it to end, waits, and kills it when it does not.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(15);

    // Short against the times measured (tens of milliseconds and more), long enough to leave the cores to the loading server.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(3);

    private readonly Process _process;
    private readonly string _log;

    private ServerProcess(Process process, string log, int port, int mcpPort, long started)
    {
        _process = process;
        _log = log;
        Port = port;
        McpPort = mcpPort;
        Started = started;
        AppDomain.CurrentDomain.ProcessExit += EndWithBench;
    }

    /// <summary>Port of the REST API.</summary>
    public int Port { get; }

    /// <summary>Port of MCP, for a server that has it.</summary>
    public int McpPort { get; }

    /// <summary>Just before exec, <see cref="Stopwatch"/> ticks.</summary>
    public long Started { get; }

    /// <summary>Process id of the server itself.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts a server on free ports; its output goes to a log file.</summary>
    public static ServerProcess Start(ServerPeer peer, ServerShape shape, string model, BenchOptions options)
    {
        int port = FindFreePort();
        int mcpPort = FindFreePort();
        string log = Path.Combine(options.Output, "logs", $"{peer.Name.Replace(' ', '-')}.log");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);

        // The shell replaces itself by the server: one process, and no pipe that this process would have to empty.
        var start = new ProcessStartInfo("/bin/sh");
        foreach (string argument in (IEnumerable<string>)["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, peer.Binary,
            .. peer.MakeArguments(shape, model, options.Threads, port, mcpPort)])
        {
            start.ArgumentList.Add(argument);
        }

        long started = Stopwatch.GetTimestamp();
        return new ServerProcess(Process.Start(start)!, log, port, mcpPort, started);
    }

    /// <summary>Waits until <c>GET /health</c> answers 200. Throws <see cref="BenchFailureException"/> when the server ends or takes too long.</summary>
    /// <returns>When it did, <see cref="Stopwatch"/> ticks.</returns>
    public async Task<long> WaitReadyAsync(CompletionClient client)
    {
        bool listening = false;
        while (Stopwatch.GetElapsedTime(Started) < ReadyTimeout)
        {
            if (_process.HasExited)
            {
                throw new BenchFailureException($"it ended with exit code {_process.ExitCode}: {ReadLastLine()}");
            }

            listening = listening || CanConnect();
            if (listening && await client.IsHealthyAsync(CancellationToken.None))
            {
                return Stopwatch.GetTimestamp();
            }

            await Task.Delay(PollInterval);
        }

        throw new BenchFailureException($"it was not ready after {ReadyTimeout.TotalSeconds} s");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = kill(_process.Id, SigTerm);
            using var timeout = new CancellationTokenSource(EndTimeout);
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        AppDomain.CurrentDomain.ProcessExit -= EndWithBench;
        _process.Dispose();
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc.so.6")]
    private static partial int kill(int processId, int signal);

    // SIGTERM to the bench must not leave an engine behind.
    private void EndWithBench(object? sender, EventArgs arguments) => _ = kill(_process.Id, SigTerm);

    private bool CanConnect()
    {
        // A plain socket: a refused connection is no exception, which HttpClient would make of it.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var arguments = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, Port) };
        using var connected = new ManualResetEventSlim();
        arguments.Completed += (_, _) => connected.Set();
        if (socket.ConnectAsync(arguments))
        {
            connected.Wait();
        }

        return arguments.SocketError == SocketError.Success;
    }

    private string ReadLastLine() => File.Exists(_log) ? File.ReadLines(_log).LastOrDefault(line => line.Length > 0) ?? "no output" : "no output";
}
