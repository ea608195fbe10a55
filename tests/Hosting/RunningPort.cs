using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;

namespace MistralServe.Tests.Hosting;

/// <summary>A port on real Kestrel on a free loopback port, and requests written byte by byte, because HttpClient tidies headers.</summary>
internal sealed class RunningPort : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningPort(WebApplication app)
    {
        _app = app;
        EndPoint = PortApplication.GetEndPoint(app);
    }

    public IPEndPoint EndPoint { get; }

    public static async Task<RunningPort> StartAsync(PortDefinition definition, ILoggerFactory? loggers = null)
    {
        WebApplication app = PortApplication.Build(definition, loggers ?? NullLoggerFactory.Instance);
        Assert.Null(await PortApplication.StartAsync(app, definition));
        return new RunningPort(app);
    }

    /// <summary>Sends one request with exactly these header lines; gives status, lower-case headers and body.</summary>
    public Task<(int Status, Dictionary<string, string> Headers, string Body)> SendAsync(string method, string path, params string[] headerLines) =>
        SendBytesAsync($"{method} {path} HTTP/1.1\r\n{string.Concat(headerLines.Select(line => line + "\r\n"))}Connection: close\r\n\r\n");

    /// <summary>Sends exactly this, one byte a character, and reads to the end of the connection.</summary>
    public async Task<(int Status, Dictionary<string, string> Headers, string Body)> SendBytesAsync(string text)
    {
        using TcpClient client = new();
        await client.ConnectAsync(EndPoint);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        string answer = await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));

        string[] parts = answer.Split("\r\n\r\n", 2);
        string[] lines = parts[0].Split("\r\n");
        Dictionary<string, string> headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
        return (int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), headers, parts[1]);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
