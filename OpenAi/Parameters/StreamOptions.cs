using System.ComponentModel;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Options that matter only for a streamed answer; ignored otherwise.</summary>
internal sealed class StreamOptions
{
    [JsonPropertyName("include_usage")]
    [Description("Send one more chunk with the token counts before the end of the stream.")]
    public bool? IncludeUsage { get; init; }
}
