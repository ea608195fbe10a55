using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>A tool whose behaviour the test gives.</summary>
internal sealed class FakeTool(string name, Func<ToolCall, ToolStart> start, string? inputSchema = null) : IMcpTool
{
    public ToolDefinition Definition { get; } = new()
    {
        Name = name,
        Title = name,
        Description = "Fixture of a test.",
        InputSchema = JsonDocument.Parse(inputSchema ?? """{"type":"object"}""").RootElement,
        Annotations = new(),
    };

    /// <summary>A tool that does its work when it is run.</summary>
    public static FakeTool Working(string name, Func<ToolCall, IToolProgress, CancellationToken, ValueTask<ToolOutcome>> work) =>
        new(name, call => ToolStart.Of((progress, cancellationToken) => work(call, progress, cancellationToken)));

    /// <summary>A tool that answers with its arguments, as they came, and the caller.</summary>
    public static FakeTool Echo(string name) =>
        Working(name, (call, _, _) => new(Text($"{call.Arguments.GetRawText()} by '{call.Principal}'")));

    public static ToolOutcome Text(string text) => Blocks(ContentBlock.OfText(text));

    public static ToolOutcome Blocks(params ContentBlock[] blocks) => ToolOutcome.Of(new CallToolResult { Content = blocks, IsError = false });

    public ToolStart Start(ToolCall call) => start(call);
}
