using System.Text.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// The tools that the official conformance suite calls by name: encodings that text tools cannot show. Names and texts are the suite's
/// (modelcontextprotocol/conformance, src/scenarios/server).
/// </summary>
internal static class FixtureTools
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Wav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";

    // Source: json-schema-2020-12.ts of the suite; kept keyword by keyword, $ref included.
    private const string Schema2020 = """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
         "$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
         "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
          "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
         "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
         "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
         "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
        """;

    public static IReadOnlyList<IMcpTool> Create() =>
    [
        Fixed("test_simple_text", ContentBlock.OfText("This is a simple text response for testing.")),
        Fixed("test_image_content", Image()),
        Fixed("test_audio_content", ContentBlock.OfAudio(Convert.FromBase64String(Wav), "audio/wav")),
        Fixed("test_embedded_resource", Resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")),
        Fixed(
            "test_multiple_content_types",
            ContentBlock.OfText("Multiple content types test:"),
            Image(),
            Resource("test://mixed-content-resource", "application/json", """{"test":"data","value":123}""")),
        new FakeTool("test_error_handling", _ => ToolStart.Refused("This tool intentionally returns an error for testing")),
        FakeTool.Working("test_tool_with_progress", async (_, progress, cancellationToken) =>
        {
            for (int done = 0; done <= 100; done += 50)
            {
                await progress.ReportAsync(done, 100, cancellationToken);
                await Task.Delay(50, cancellationToken);
            }

            return FakeTool.Text("done");
        }),
        new FakeTool("test_missing_capability", call => call.ClientCapabilities.ValueKind == JsonValueKind.Object
            && !call.ClientCapabilities.TryGetProperty("sampling", out _)
                ? ToolStart.Of(ToolOutcome.Of(McpError.MissingCapability("sampling")))
                : ToolStart.Of(FakeTool.Text("The client can sample."))),
        Fixed("test_streaming_elicitation", ContentBlock.OfText("Nothing is asked.")),
        Fixed("test_logging_tool", ContentBlock.OfText("Nothing is logged.")),
        new FakeTool("json_schema_2020_12_tool", _ => ToolStart.Of(FakeTool.Text("ok")), Schema2020),
    ];

    private static FakeTool Fixed(string name, params ContentBlock[] blocks) =>
        FakeTool.Working(name, (_, _, _) => new(FakeTool.Blocks(blocks)));

    private static ContentBlock Image() => ContentBlock.OfImage(Convert.FromBase64String(Png), "image/png");

    private static ContentBlock Resource(string uri, string mimeType, string text) =>
        ContentBlock.OfResource(new EmbeddedResource { Uri = uri, MimeType = mimeType, Text = text });
}
