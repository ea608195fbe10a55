using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>A block in the result of a tool. Which members are set follows from <see cref="Type"/>; the factories set them.</summary>
internal sealed class ContentBlock
{
    private ContentBlock(string type) => Type = type;

    /// <summary><c>text</c>, <c>image</c>, <c>audio</c> or <c>resource</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; }

    /// <summary>The text of a text block.</summary>
    [JsonPropertyName("text")]
    public string? Text { get; private init; }

    /// <summary>Base64 of an image or audio block.</summary>
    [JsonPropertyName("data")]
    public string? Data { get; private init; }

    /// <summary>Media type of an image or audio block.</summary>
    [JsonPropertyName("mimeType")]
    public string? MimeType { get; private init; }

    /// <summary>Contents of a resource block.</summary>
    [JsonPropertyName("resource")]
    public EmbeddedResource? Resource { get; private init; }

    /// <summary>A block of text.</summary>
    public static ContentBlock OfText(string text) => new("text") { Text = text };

    /// <summary>An image.</summary>
    public static ContentBlock OfImage(ReadOnlySpan<byte> data, string mimeType) =>
        new("image") { Data = Convert.ToBase64String(data), MimeType = mimeType };

    /// <summary>Audio; revision 2024-11-05 does not know it, see <see cref="ForVersion"/>.</summary>
    public static ContentBlock OfAudio(ReadOnlySpan<byte> data, string mimeType) =>
        new("audio") { Data = Convert.ToBase64String(data), MimeType = mimeType };

    /// <summary>A resource with its contents.</summary>
    public static ContentBlock OfResource(EmbeddedResource resource) => new("resource") { Resource = resource };

    /// <summary>The block as a client of a revision can read it: the first one has no audio, but resources.</summary>
    /// <param name="version">Revision of the client.</param>
    public ContentBlock ForVersion(string version) => Type == "audio" && version == ProtocolVersions.WithoutAudio
        ? OfResource(new EmbeddedResource { Uri = $"data:{MimeType}", MimeType = MimeType, Blob = Data })
        : this;
}

/// <summary>Contents of a resource inside a result; one of text and blob is set.</summary>
internal sealed class EmbeddedResource
{
    /// <summary>What the resource is called.</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }

    /// <summary>Its media type; null when it is not known.</summary>
    [JsonPropertyName("mimeType")]
    public string? MimeType { get; init; }

    /// <summary>Its text.</summary>
    [JsonPropertyName("text")]
    public string? Text { get; init; }

    /// <summary>Its bytes in base64.</summary>
    [JsonPropertyName("blob")]
    public string? Blob { get; init; }
}
