namespace MistralServe.Hosting.Access;

/// <summary>Marks an endpoint that answers under any Host and without a key: orchestrators probe by address, and it says nothing secret.</summary>
internal sealed class AnyHostMetadata
{
    /// <summary>The one instance.</summary>
    public static AnyHostMetadata Instance { get; } = new();
}
