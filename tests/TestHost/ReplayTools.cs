using System.Text.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.TestHost;

/// <summary>Tools that a model of another modality would have: one row each, asked for by the product's own registry.</summary>
internal static class ReplayTools
{
    /// <summary>An image or sound goes in and its size comes out; a text goes in and sound comes out.</summary>
    public static IReadOnlyList<ToolRow> Rows { get; } =
    [
        new("describe_image", new(Modalities.Text | Modalities.Image, Modalities.Text), _ => new ReplayTool("describe_image", "image", Measure)),
        new("transcribe", new(Modalities.Audio, Modalities.Text), _ => new ReplayTool("transcribe", "audio", Measure)),
        new("speak", new(Modalities.Text, Modalities.Audio), _ => new ReplayTool("speak", "text", text => ContentBlock.OfAudio(System.Text.Encoding.UTF8.GetBytes(text), "audio/wav"))),
    ];

    private static ContentBlock Measure(string base64) => ContentBlock.OfText($"{Convert.FromBase64String(base64).Length} bytes");

    private sealed class ReplayTool(string name, string field, Func<string, ContentBlock> answer) : IMcpTool
    {
        public ToolDefinition Definition { get; } = new()
        {
            Name = name,
            Title = name,
            Description = "A tool of the test host.",
            InputSchema = JsonDocument.Parse($$"""{"type":"object","required":["{{field}}"],"properties":{"{{field}}":{"type":"string","minLength":1} } }""").RootElement,
            Annotations = new(),
        };

        public ToolStart Start(ToolCall call) => ToolStart.Of(ToolOutcome.Of(
            new CallToolResult { Content = [answer(call.Arguments.GetProperty(field).GetString()!)], IsError = false }));
    }
}
