using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting.Health;

namespace MistralServe.Hosting;

/// <summary>
/// Builds the web application of one port. Each port is an application of its own: routes, limits and access rules of one
/// cannot leak to the other, whatever Host header a client sends.
/// </summary>
internal static class PortApplication
{
    /// <summary>Open connections of one port. Ours: far above the queue, far below the usual limit of open files.</summary>
    private const int MaxConnections = 1024;

    /// <summary>Bytes of all headers of a request, and their number. Kestrel's defaults, written down because they are limits.</summary>
    private const int MaxHeaderBytes = 32 * 1024;

    private const int MaxHeaderCount = 100;

    /// <summary>Time for a client to send its headers. Kestrel's default.</summary>
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest wait for open connections when the host stops. Short, because running requests have had the drain limit before.
    /// </summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Builds the application; it does not listen yet. The empty builder reads no settings files and no environment variables
    /// of the framework: a foreign appsettings.json in the working directory changes nothing.
    /// </summary>
    /// <param name="port">What to build.</param>
    /// <param name="loggers">Shared by both ports; the application does not dispose of it.</param>
    public static WebApplication Build(PortDefinition port, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, port));
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton(TimeProvider.System);
        port.AddServices(builder.Services);

        WebApplication app = builder.Build();
        port.Wrap(app);
        app.Use(port.Guard.InvokeAsync);
        HealthEndpoint.Map(app, port.Health);
        port.Map(app);
        return app;
    }

    /// <summary>
    /// Opens the listener.
    /// </summary>
    /// <returns>Null, or a sentence that says why the port cannot be opened.</returns>
    public static async Task<string?> StartAsync(WebApplication app, PortDefinition port)
    {
        try
        {
            await app.StartAsync();
            return null;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return $"Port {port.Listen.Port} on {port.Listen.Address} is already in use; choose another with {port.Flag}.";
        }
        catch (SocketException exception)
        {
            string reason = exception.SocketErrorCode switch
            {
                SocketError.AccessDenied => "needs more rights than this user has",
                SocketError.AddressNotAvailable => "is not on an address of this machine",
                _ => $"cannot be opened ({exception.SocketErrorCode})",
            };
            return $"Port {port.Listen.Port} on {port.Listen.Address} {reason}; choose another with {port.Flag} or --host.";
        }
    }

    /// <summary>Where a started application listens, the port that was taken for 0 included.</summary>
    public static IPEndPoint GetEndPoint(WebApplication app) => ParseUrl(app.Urls.First());

    /// <summary>The end point of a listener's URL. Not from its authority, which leaves out port 80.</summary>
    internal static IPEndPoint ParseUrl(string url)
    {
        Uri uri = new(url);
        return new IPEndPoint(IPAddress.Parse(uri.DnsSafeHost), uri.Port);
    }

    private static void Configure(KestrelServerOptions kestrel, PortDefinition port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = port.MaxBodySizeBytes;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaderCount;
        kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;

        // HTTP/2 needs TLS to be negotiated, and there is none here.
        kestrel.Listen(port.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (port.Reject is { } reject)
            {
                listen.Use(next => connection => ServeAsync(next, connection, reject));
            }
        });
    }

    private static async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection, Func<int, (string Headers, byte[] Body)> reject)
    {
        IDuplexPipe transport = connection.Transport;
        connection.Transport = new Pipes(transport.Input, new RejectionWriter(transport.Output, reject));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
