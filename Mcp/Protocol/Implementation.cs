using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>Name and version of a program.</summary>
internal sealed class Implementation
{
    /// <summary>This program.</summary>
    public static Implementation Server { get; } = new()
    {
        Name = "mistralserve",
        Version = typeof(Implementation).Assembly.GetName().Version!.ToString(3),
    };

    /// <summary>Name for programs.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Version, three numbers.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }
}
