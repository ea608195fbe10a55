using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>
/// The keys with which an issuer signs its tokens: found through its own description (discovery), kept, and fetched again when they
/// are old or a token names one that is not among them, but not more often than the floor allows. Any thread.
/// </summary>
/// <remarks>
/// One fetch runs at a time and belongs to no request: those that need its keys wait for it together, and none of them ends it by going away.
/// Whoever can do with the keys that are known does not wait.
/// </remarks>
internal sealed partial class IssuerKeys : IDisposable
{
    /// <summary>Largest document that is read. Ours: a set of a hundred RSA keys has 50 kB.</summary>
    private const int MaxDocumentBytes = 1 << 20;

    /// <summary>Age after which keys are fetched again. Ours: below the day or so after which issuers drop an old key.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>
    /// Age after which keys are not used any more while no newer ones can be had. Ours: an outage of the issuer is survived, a key that it
    /// has withdrawn is not trusted for ever.
    /// </summary>
    private static readonly TimeSpan LongestUse = TimeSpan.FromHours(24);

    /// <summary>Longest time of a whole fetch, all its addresses together. Ours: what a caller waits at most.</summary>
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of one address. Ours: so that one that hangs leaves time for the next.</summary>
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(4);

    private readonly string _issuer;
    private readonly TimeSpan _floor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DocumentFetcher _documents = new(AddressTimeout, MaxDocumentBytes);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Snapshot _keys = new([], 0);
    private Task? _fetching;
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
    }

    /// <summary>The keys that are known; fetched when there are none. Old ones are given while newer ones are fetched. Empty when the issuer cannot be reached.</summary>
    public async ValueTask<IReadOnlyList<SecurityKey>> GetAsync(CancellationToken cancellationToken)
    {
        Task? fetching;
        lock (_lock)
        {
            TimeSpan age = _time.GetElapsedTime(_keys.FetchedAt);
            if (_keys.List.Count > 0 && age < Lifetime)
            {
                return _keys.List;
            }

            fetching = BeginFetch();
            if (_keys.List.Count > 0 && age < LongestUse)
            {
                // A token's own lifetime is still checked.
                return _keys.List;
            }
        }

        return await WaitAsync(fetching, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The keys after a token named one that is not among them: the issuer may have rotated.
    /// </summary>
    /// <param name="seen">What <see cref="GetAsync"/> gave.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <returns>The same list when nothing newer is to be had, or the floor forbids to ask.</returns>
    public async ValueTask<IReadOnlyList<SecurityKey>> GetNewerAsync(IReadOnlyList<SecurityKey> seen, CancellationToken cancellationToken)
    {
        Task? fetching;
        lock (_lock)
        {
            if (!ReferenceEquals(_keys.List, seen))
            {
                return _keys.List;
            }

            fetching = BeginFetch();
        }

        return await WaitAsync(fetching, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    // Under the lock. Null when the floor forbids to ask: strangers must not make us ask as often as they like.
    private Task? BeginFetch()
    {
        if (_fetching is null && !(_hasTried && _time.GetElapsedTime(_triedAt) < _floor))
        {
            _fetching = Task.Run(FetchOnceAsync, CancellationToken.None);
        }

        return _fetching;
    }

    private async ValueTask<IReadOnlyList<SecurityKey>> WaitAsync(Task? fetching, CancellationToken cancellationToken)
    {
        if (fetching is not null)
        {
            await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        lock (_lock)
        {
            return _time.GetElapsedTime(_keys.FetchedAt) < LongestUse ? _keys.List : [];
        }
    }

    private async Task FetchOnceAsync()
    {
        IReadOnlyList<SecurityKey>? keys = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(FetchTimeout);
            keys = await FetchAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Took too long, which was logged, or the server stops.
        }
        finally
        {
            lock (_lock)
            {
                _keys = keys is null ? _keys : new(keys, _time.GetTimestamp());

                // From the end on: a fetch that took long does not use up the time until the next.
                (_hasTried, _triedAt, _fetching) = (true, _time.GetTimestamp(), null);
            }
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
            (string? text, string? problem) = await _documents.ReadAsync(url, cancellationToken).ConfigureAwait(false);
            if (problem is not null)
            {
                LogUnreachable(_logger, url, problem);
            }

            return text;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            LogUnreachable(_logger, url, "no time is left for it");
            throw;
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

    private sealed record Snapshot(IReadOnlyList<SecurityKey> List, long FetchedAt);
}
