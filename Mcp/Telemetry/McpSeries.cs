namespace MistralServe.Mcp.Telemetry;

/// <summary>What is counted together: a method, and for calls a tool. The set of them is fixed at the start.</summary>
/// <param name="method">A method of the protocol, or <c>other</c>.</param>
/// <param name="tool">Name of a tool, <c>other</c> for one that there is not, <c>-</c> where the method calls none.</param>
internal sealed class McpSeries(string method, string tool)
{
    /// <summary>Label of the method.</summary>
    public string Method { get; } = method;

    /// <summary>Label of the tool.</summary>
    public string Tool { get; } = tool;

    /// <summary>Ended requests: [era × outcomes + outcome].</summary>
    public long[] Ended { get; } = new long[McpMetrics.Eras * McpMetrics.Outcomes];

    /// <summary>Time of all of them together, in microseconds.</summary>
    public long Microseconds;

    /// <summary>Tokens of prompts and inputs.</summary>
    public long PromptTokens;

    /// <summary>Tokens of answers.</summary>
    public long GeneratedTokens;
}
