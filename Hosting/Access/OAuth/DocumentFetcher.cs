using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>
/// Reads a small document with one GET over HTTP/1.1, TLS where the address says so. No redirects: an answer from elsewhere is not the
/// issuer's. A connection of our own and not HttpClient, which is a megabyte of native code for two documents an hour. Any thread.
/// </summary>
internal sealed class DocumentFetcher(TimeSpan timeout, int maxBytes)
{
    private const int MaxHeaderBytes = 1 << 15;

    /// <summary>The document, or why there is none; neither when the server says with its status that it has none.</summary>
    /// <param name="url">An absolute address of http or https.</param>
    /// <param name="cancellationToken">The caller gives up: only then an exception leaves.</param>
    public async Task<(string? Text, string? Problem)> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.IdnHost, url.Port, deadline.Token).ConfigureAwait(false);
            await using Stream stream = await OpenAsync(client, url, deadline.Token).ConfigureAwait(false);
            string request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {HostOf(url)}\r\nAccept: application/json\r\nUser-Agent: mistralserve\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token).ConfigureAwait(false);
            await stream.FlushAsync(deadline.Token).ConfigureAwait(false);
            return await ReadAnswerAsync(stream, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
    }

    private static string HostOf(Uri url)
    {
        string host = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost; // Host has the brackets
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private static async Task<Stream> OpenAsync(TcpClient client, Uri url, CancellationToken cancellationToken)
    {
        if (url.Scheme != Uri.UriSchemeHttps)
        {
            return client.GetStream();
        }

        var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = url.IdnHost,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],

                    // Without fetching what a chain lacks: that code is left out, see trimmed.xml.
                    CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(string? Text, string? Problem)> ReadAnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        var received = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            int read = await stream.ReadAsync(received.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            received.Advance(read);
            if (Parse(received.WrittenSpan, isEnd: read == 0) is { } answer)
            {
                return answer;
            }

            // A chunked body is a little longer than its content.
            if (received.WrittenCount > MaxHeaderBytes + (maxBytes * 2L))
            {
                return (null, $"longer than {maxBytes} bytes");
            }
        }
    }

    /// <summary>The answer, once it is complete; null while more must come.</summary>
    /// <param name="received">All bytes so far.</param>
    /// <param name="isEnd">Whether the server has closed the connection.</param>
    internal (string? Text, string? Problem)? Parse(ReadOnlySpan<byte> received, bool isEnd)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0 || end > MaxHeaderBytes)
        {
            return isEnd || received.Length > MaxHeaderBytes ? (null, "the answer is not HTTP/1.1") : null;
        }

        string[] lines = Encoding.Latin1.GetString(received[..end]).Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            return (null, "the answer is not HTTP/1.1");
        }

        if (status[1] is not ['2', _, _])
        {
            return (null, null);
        }

        ReadOnlySpan<byte> body = received[(end + 4)..];
        if (FindHeader(lines, "Transfer-Encoding") is { } encoding)
        {
            return encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? ParseChunks(body, isEnd) : (null, $"transfer encoding '{encoding}'");
        }

        if (FindHeader(lines, "Content-Length") is not { } length)
        {
            return body.Length > maxBytes ? (null, $"longer than {maxBytes} bytes") : isEnd ? (Encoding.UTF8.GetString(body), null) : null;
        }

        return !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > maxBytes
                ? (null, $"longer than {maxBytes} bytes")
            : body.Length >= count ? (Encoding.UTF8.GetString(body[..count]), null)
            : isEnd ? (null, "the answer ended early") : null;
    }

    private static string? FindHeader(string[] lines, string name)
    {
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    // Source: RFC 9112, section 7.1.
    private (string? Text, string? Problem)? ParseChunks(ReadOnlySpan<byte> body, bool isEnd)
    {
        var text = new ArrayBufferWriter<byte>();
        while (true)
        {
            int line = body.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return isEnd ? (null, "the answer ended early") : null;
            }

            ReadOnlySpan<byte> size = body[..line];
            int extension = size.IndexOf((byte)';');
            size = (extension < 0 ? size : size[..extension]).Trim((byte)' ');
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int count) || count < 0 || count > maxBytes - text.WrittenCount)
            {
                return (null, $"a chunk that is none, or longer than {maxBytes} bytes");
            }

            if (count == 0)
            {
                return (Encoding.UTF8.GetString(text.WrittenSpan), null);
            }

            if (body.Length < line + 2 + count + 2)
            {
                return isEnd ? (null, "the answer ended early") : null;
            }

            text.Write(body.Slice(line + 2, count));
            body = body[(line + 2 + count + 2)..];
        }
    }
}
