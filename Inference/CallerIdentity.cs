namespace MistralServe.Inference;

/// <summary>
/// Who sent a request: the name of the key, set by the access check before any endpoint runs (as a feature of the request).
/// Absent when no keys are configured.
/// </summary>
/// <param name="Name">Key name, or a short digest prefix of a key without a name. Never the key.</param>
internal sealed record CallerIdentity(string Name);
