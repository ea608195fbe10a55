using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Cli;

/// <summary>
/// <c>mistralserve health</c>: asks a running server whether it is ready, for container health checks in images without a
/// shell. Exit code 0 means ready, 1 anything else.
/// </summary>
internal static class HealthCommand
{
    /// <summary>Longest wait for the answer. Ours: above the second that a busy server may need, below the usual probe limits.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Most bytes of the answer that are read. Ours: the real answer has a few hundred.</summary>
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Command command = new("health", "Ask a running server on this machine whether it is ready (exit code 0 or 1).");
        CommandOptions options = new(command, OptionTable.Health);
        command.SetAction((result, cancellationToken) => RunAsync(options.Read(result), result.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(SettingsResult read, InvocationConfiguration streams, CancellationToken cancellationToken)
    {
        if (read.Settings is null)
        {
            await streams.Error.WriteLineAsync(read.Problem);
            return MistralServeCommand.UsageError;
        }

        IPEndPoint server = new(GetProbeAddress(read.Settings.Host), read.Settings.Port);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            (int status, string body) = await AskAsync(server, deadline.Token);
            await streams.Output.WriteLineAsync(body);
            return status == 200 ? 0 : 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            await streams.Error.WriteLineAsync($"No server answers on {server}.");
        }
        catch (OperationCanceledException)
        {
            await streams.Error.WriteLineAsync($"The server on {server} gave no answer within {Timeout.TotalSeconds} s.");
        }

        return 1;
    }

    /// <summary>Where a server that binds <paramref name="host"/> can be reached from the same machine.</summary>
    internal static IPAddress GetProbeAddress(string host)
    {
        IPAddress address = ListenAddress.Parse(host);
        return address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }

    /// <summary>
    /// Sends one GET and reads the answer to its end. A socket and not HttpClient: the one request needs neither its megabyte of
    /// native code nor its start-up time.
    /// </summary>
    private static async Task<(int Status, string Body)> AskAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n"), cancellationToken);

        byte[] buffer = new byte[MaxAnswerBytes];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return ParseAnswer(Encoding.UTF8.GetString(buffer, 0, length));
    }

    /// <summary>Status and body of an HTTP/1.1 answer that has a length; status 0 when it is not one.</summary>
    internal static (int Status, string Body) ParseAnswer(string answer)
    {
        string[] firstLine = answer.Split("\r\n", 2)[0].Split(' ', 3);
        int bodyStart = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return firstLine.Length >= 2 && firstLine[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && bodyStart >= 0
            && int.TryParse(firstLine[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status)
                ? (status, answer[(bodyStart + 4)..])
                : (0, "The answer is not HTTP.");
    }
}
