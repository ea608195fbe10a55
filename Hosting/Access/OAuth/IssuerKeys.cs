using System.Net.Http;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>
/// The keys with which an issuer signs its tokens: found through its own description (discovery), kept, and fetched again when they
/// are old or a token names one that is not among them, but not more often than the floor allows. Any thread.
/// </summary>
internal sealed partial class IssuerKeys : IDisposable
{
    /// <summary>Largest document that is read. Ours: a set of a hundred RSA keys has 50 kB.</summary>
    private const int MaxDocumentBytes = 1 << 20;

    /// <summary>Age after which keys are fetched again. Ours: below the day or so after which issuers drop an old key.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly string _issuer;
    private readonly TimeSpan _floor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Snapshot _keys = new([], 0, IsSet: false);
    private long _triedAt;
    private bool _hasTried;

    /// <summary>Keys of an issuer; nothing is fetched before the first token comes.</summary>
    /// <param name="issuer">The issuer, exactly as its tokens name it.</param>
    /// <param name="floor">Shortest time between two fetches.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="logger">Is told of fetches that fail.</param>
    public IssuerKeys(string issuer, TimeSpan floor, TimeProvider time, ILogger logger)
    {
        _issuer = issuer;
        _floor = floor;
        _time = time;
        _logger = logger;

        // No redirects: an answer from elsewhere is not the issuer's.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = FetchTimeout,
            MaxResponseContentBufferSize = MaxDocumentBytes,
        };
    }

    /// <summary>The keys that are known; fetched when there are none yet or they are old. Empty when the issuer cannot be reached.</summary>
    public ValueTask<IReadOnlyList<SecurityKey>> GetAsync(CancellationToken cancellationToken)
    {
        Snapshot known = _keys;
        return known.IsSet && _time.GetElapsedTime(known.FetchedAt) < Lifetime
            ? new(known.Keys)
            : RefreshAsync(known, cancellationToken);
    }

    /// <summary>
    /// The keys after a token named one that is not among them: the issuer may have rotated.
    /// </summary>
    /// <param name="seen">What <see cref="GetAsync"/> gave.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <returns>The same list when nothing newer is to be had, or the floor forbids to ask.</returns>
    public ValueTask<IReadOnlyList<SecurityKey>> GetNewerAsync(IReadOnlyList<SecurityKey> seen, CancellationToken cancellationToken)
    {
        Snapshot known = _keys;
        return ReferenceEquals(known.Keys, seen) ? RefreshAsync(known, cancellationToken) : new(known.Keys);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _turn.Dispose();
    }

    private async ValueTask<IReadOnlyList<SecurityKey>> RefreshAsync(Snapshot seen, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Others have waited for the same answer; and strangers must not make us ask as often as they like.
            if (ReferenceEquals(_keys, seen) && !(_hasTried && _time.GetElapsedTime(_triedAt) < _floor))
            {
                (_hasTried, _triedAt) = (true, _time.GetTimestamp());
                if (await FetchAsync(cancellationToken).ConfigureAwait(false) is { } keys)
                {
                    _keys = new(keys, _time.GetTimestamp(), IsSet: true);
                }
            }

            // Old keys are better than none while the issuer is away: a token's own lifetime is still checked.
            return _keys.Keys;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<IReadOnlyList<SecurityKey>?> FetchAsync(CancellationToken cancellationToken)
    {
        foreach (Uri url in OAuthRules.DiscoveryUrls(_issuer))
        {
            if (await ReadAsync(url, cancellationToken).ConfigureAwait(false) is { } description && FindKeySet(description) is { } keySet)
            {
                string? json = await ReadAsync(keySet, cancellationToken).ConfigureAwait(false);
                return json is null ? null : ParseKeys(json, keySet);
            }
        }

        LogNoDescription(_logger, _issuer);
        return null;
    }

    private async ValueTask<string?> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(url, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnreachable(_logger, url, exception.Message);
            return null;
        }
    }

    // Null when the document is not this issuer's. Source: RFC 8414, section 3.3.
    private Uri? FindKeySet(string description)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(description);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("issuer"u8, out JsonElement issuer)
                && issuer.ValueKind == JsonValueKind.String && issuer.ValueEquals(_issuer)
                && document.RootElement.TryGetProperty("jwks_uri"u8, out JsonElement keys)
                && keys.ValueKind == JsonValueKind.String
                && Uri.TryCreate(keys.GetString(), UriKind.Absolute, out Uri? uri) && OAuthRules.IsFetchable(uri)
                    ? uri
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private IReadOnlyList<SecurityKey>? ParseKeys(string json, Uri url)
    {
        try
        {
            IList<SecurityKey> keys = new JsonWebKeySet(json).GetSigningKeys();
            return [.. keys.Where(key => key is not SymmetricSecurityKey)];
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or FormatException)
        {
            LogUnreachable(_logger, url, exception.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "OAuth: {Url} cannot be read: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, Uri url, string reason);

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "OAuth: the issuer {Issuer} does not describe itself; tokens are refused until it does")]
    private static partial void LogNoDescription(ILogger logger, string issuer);

    private sealed record Snapshot(IReadOnlyList<SecurityKey> Keys, long FetchedAt, bool IsSet);
}
