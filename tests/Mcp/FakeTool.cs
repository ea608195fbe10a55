using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>A tool whose behaviour the test gives.</summary>
internal sealed class FakeTool(string name, Func<ToolCall, CancellationToken, ValueTask<ToolOutcome>> call) : IMcpTool
{
    public ToolDefinition Definition { get; } = new()
    {
        Name = name,
        Title = name,
        Description = "Fixture of a test.",
        InputSchema = JsonSchema.Parse("""{"type":"object"}"""u8),
        Annotations = new(),
    };

    /// <summary>A tool that answers with its arguments, as they came, and the caller.</summary>
    public static FakeTool Echo(string name) => new(name, (call, _) => new(Text($"{call.Arguments.GetRawText()} by '{call.Principal}'")));

    public static ToolOutcome Text(string text) =>
        ToolOutcome.Of(new CallToolResult { Content = [new TextContent { Text = text }], IsError = false });

    public ValueTask<ToolOutcome> CallAsync(ToolCall toolCall, CancellationToken cancellationToken) => call(toolCall, cancellationToken);
}
