namespace MistralServe.Hosting.Access;

/// <summary>How much of the server one caller may have when the settings do not say it.</summary>
internal static class CallerShare
{
    /// <summary>
    /// Settings whose share is decided. With several keys, or tokens of an issuer, one caller takes up to half of the room, so that the others
    /// always find some; ours: two busy callers fill the server, and one alone still keeps all sequences at work. A caller without others to
    /// yield to has no limit of its own: the queue is one.
    /// </summary>
    public static ServeSettings Apply(ServeSettings settings, ApiKeyStore keys)
    {
        bool hasOthers = keys.Count > 1 || settings.OAuthIssuer is not null;
        return settings.KeyShare is null && hasOthers
            ? settings with { KeyShare = Math.Max(1, (settings.QueueLength + settings.Parallel) / 2) }
            : settings;
    }
}
