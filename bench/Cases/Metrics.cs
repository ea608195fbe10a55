namespace MistralServe.Bench.Cases;

/// <summary>Names of what is measured, with units; cases write them, bars read them.</summary>
internal static class Metrics
{
    /// <summary>Exec to the first 200 of <c>/health</c>.</summary>
    public const string Ready = "exec to ready, ms";

    /// <summary>Exec to the first text of an answer.</summary>
    public const string FirstToken = "exec to first token, ms";

    /// <summary>Tokens after the first per second.</summary>
    public const string Decode = "decode, tok/s";

    /// <summary>Prompt tokens per second, by the time to the first token.</summary>
    public const string Prompt512 = "prompt of 512, tok/s";

    /// <summary>As <see cref="Prompt512"/>.</summary>
    public const string Prompt2048 = "prompt of 2,048, tok/s";

    /// <summary>Generated tokens per second from the first request to the last event, prompts included.</summary>
    public const string Total = "total, tok/s";

    /// <summary>Request to first text, over the clients.</summary>
    public const string MeanFirst = "mean TTFT, ms";

    /// <summary>As <see cref="MeanFirst"/>, the slowest client.</summary>
    public const string WorstFirst = "worst TTFT, ms";

    /// <summary>Request to first text in a conversation's second turn.</summary>
    public const string Turn2 = "TTFT of turn 2, ms";

    /// <summary>Request to first text in a conversation's tenth turn.</summary>
    public const string Turn10 = "TTFT of turn 10, ms";

    /// <summary>Prompt tokens computed in turn 10 beyond those that are new since turn 9.</summary>
    public const string Excess = "old tokens computed again in turn 10";

    /// <summary>Sampling without truncation.</summary>
    public const string SampleTopP1 = "top_p 1, ms a token";

    /// <summary>Sampling from a nucleus.</summary>
    public const string SampleTopP95 = "top_p 0.95, ms a token";

    /// <summary>Managed memory of a sampled token.</summary>
    public const string SampleAllocated = "allocated, bytes a token";

    /// <summary>Time of a free token ÷ time of one inside a JSON string, median of the pairs.</summary>
    public const string ConstrainedShare = "speed inside a JSON string ÷ free";

    /// <summary>A sampled token inside a JSON string.</summary>
    public const string ConstrainedToken = "token in a JSON string, ms";

    /// <summary>A token of free text.</summary>
    public const string FreeToken = "free token, ms";

    /// <summary>Mask before a token.</summary>
    public const string MaskMedian = "mask, median, ms";

    /// <summary>As <see cref="MaskMedian"/>, the 99th percentile.</summary>
    public const string MaskWorst = "mask, p99, ms";

    /// <summary>As <see cref="ConstrainedShare"/>, on the model with the large vocabulary.</summary>
    public const string ConstrainedShareLarge = "152k: speed inside a JSON string ÷ free";

    /// <summary>As <see cref="ConstrainedToken"/>, on the model with the large vocabulary.</summary>
    public const string ConstrainedTokenLarge = "152k: token in a JSON string, ms";

    /// <summary>As <see cref="FreeToken"/>, on the model with the large vocabulary.</summary>
    public const string FreeTokenLarge = "152k: free token, ms";

    /// <summary>As <see cref="MaskMedian"/>, with the large vocabulary.</summary>
    public const string MaskMedianLarge = "152k: mask, median, ms";

    /// <summary>As <see cref="MaskWorst"/>, with the large vocabulary.</summary>
    public const string MaskWorstLarge = "152k: mask, p99, ms";

    /// <summary>First request to last answer.</summary>
    public const string BurstTime = "all answered, ms";

    /// <summary>Answers of <c>GET /v1/models</c>.</summary>
    public const string ModelsRate = "/v1/models, requests/s";

    /// <summary>Answers of the MCP method <c>tools/list</c>.</summary>
    public const string ToolsRate = "tools/list, requests/s";

    /// <summary>Resident memory before the first request.</summary>
    public const string IdleMemory = "RSS idle, MB";

    /// <summary>Highest resident memory seen while clients were served.</summary>
    public const string BusyMemory = "RSS under load, MB";

    /// <summary>The longest wait between two events of one of the streams while the long prompt is worked on.</summary>
    public const string WorstGap = "worst inter-token gap, ms";

    /// <summary>Request to first text of the long prompt.</summary>
    public const string LongFirst = "TTFT of the long prompt, ms";
}
