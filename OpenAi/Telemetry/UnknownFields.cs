using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;

namespace MistralServe.OpenAi.Telemetry;

/// <summary>
/// Tells the log at debug level, once a name, which fields of requests nobody reads: a misspelt field is ignored like a foreign one, and its
/// sender wonders why. Any thread.
/// </summary>
/// <param name="loggers">Makes the log.</param>
internal sealed class UnknownFields(ILoggerFactory loggers)
{
    /// <summary>Most names that are told; names come from clients, so they need a bound. Ours: all vendors' fields together are fewer.</summary>
    public const int MaxNames = 256;

    /// <summary>Longest name that is told, in characters. Ours: longer than any field's; what is longer may be text of a user.</summary>
    public const int MaxNameLength = 64;

    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.OpenAi");

    /// <summary>Tells the names that a body has at its root and <paramref name="known"/> has not. Values are never told.</summary>
    public void Tell(JsonElement root, FrozenSet<string> known)
    {
        if (!_logger.IsEnabled(LogLevel.Debug) || root.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            string name = property.Name;

            // A name with other characters could forge a line of the log.
            if (_told.Count < MaxNames && !known.Contains(name) && name.Length <= MaxNameLength && !name.AsSpan().ContainsAnyExceptInRange('!', '~')
                && _told.TryAdd(name, true))
            {
                OpenAiLog.UnknownField(_logger, name);
            }
        }
    }
}
