using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Mcp;

/// <summary>
/// Methods of both protocol eras. Knows no transport: what HTTP adds (headers, statuses, sessions) is in front of it.
/// Stateless; any thread.
/// </summary>
/// <param name="tools">What can be called.</param>
/// <param name="instructions">How to use the server, for the client's model.</param>
/// <param name="logger">Gets our own bugs, and nothing of what users write.</param>
internal sealed partial class McpDispatcher(McpToolRegistry tools, string instructions, ILogger<McpDispatcher> logger)
{
    // One hour. Origin: ours; the answers hold as long as the process lives, which a client cannot know.
    private const int TtlMilliseconds = 3_600_000;

    private static readonly JsonElement NoArguments = JsonSchema.Parse("{}"u8);

    /// <summary>Revision that <c>initialize</c> answers to a request of it.</summary>
    public static string Negotiate(JsonRpcMessage initialize)
    {
        JsonElement requested = initialize.Param("protocolVersion"u8);
        return ProtocolVersions.Negotiate(requested.ValueKind == JsonValueKind.String ? requested.GetString() : null);
    }

    /// <summary>
    /// Looks at one request: answers it, or gives the work that its tool has to do. Whatever can be refused is refused here.
    /// </summary>
    /// <param name="request">A message of kind <see cref="JsonRpcMessageKind.Request"/>; its document must live until the call is over.</param>
    /// <param name="context">What the transport knows of it.</param>
    public McpCall Prepare(JsonRpcMessage request, CallContext context)
    {
        try
        {
            return context.Era == McpEra.Modern ? Modern(request, context) : Legacy(request, context);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The outermost frame of a request that every transport shares: a bug ends this request only.
            LogBug(logger, exception, request.Method);
            return Answer(request, context, new McpError(McpErrorKind.Internal, "Internal error"));
        }
    }

    private McpCall Modern(JsonRpcMessage request, CallContext context)
    {
        if (request.Meta(MetaKeys.ProtocolVersion).ValueKind == JsonValueKind.Undefined)
        {
            return Answer(request, context, new McpError(McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/protocolVersion"));
        }

        if (request.Meta(MetaKeys.ClientCapabilities).ValueKind != JsonValueKind.Object)
        {
            return Answer(request, context, new McpError(
                McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/clientCapabilities, an object"));
        }

        return request.Method switch
        {
            "server/discover" => Answer(request, context, new DiscoverResult
            {
                SupportedVersions = [ProtocolVersions.Modern],
                Capabilities = new(),
                Instructions = instructions,
            }),
            "tools/list" => Answer(request, context, ListTools(request)),
            "tools/call" => CallTool(request, context),
            _ => Answer(request, context, MethodNotFound(request)),
        };
    }

    private McpCall Legacy(JsonRpcMessage request, CallContext context) => request.Method switch
    {
        "initialize" => Answer(request, context, Initialize(request)),
        "ping" => Answer(request, context, new PingResult()),
        "tools/list" => Answer(request, context, ListTools(request)),
        "tools/call" => CallTool(request, context),
        _ => Answer(request, context, MethodNotFound(request)),
    };

    private InitializeResult Initialize(JsonRpcMessage request) => new()
    {
        ProtocolVersion = Negotiate(request),
        Capabilities = new(),
        ServerInfo = Implementation.Server,
        Instructions = instructions,
    };

    private Outcome ListTools(JsonRpcMessage request) =>
        request.Param("cursor"u8).ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            ? new ListToolsResult { Tools = tools.Definitions }
            : new McpError(McpErrorKind.InvalidParams, "params.cursor is unknown: the list has one page, leave it out");

    private McpCall CallTool(JsonRpcMessage request, CallContext context)
    {
        JsonElement name = request.Param("name"u8);
        if (name.ValueKind != JsonValueKind.String)
        {
            return Answer(request, context, new McpError(McpErrorKind.InvalidParams, "params.name must be the name of a tool, a string"));
        }

        if (!tools.TryGet(name.GetString()!, out IMcpTool? tool))
        {
            return Answer(request, context, new McpError(
                McpErrorKind.InvalidParams, "Unknown tool: params.name must be one of those that tools/list shows"));
        }

        JsonElement arguments = request.Param("arguments"u8);
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            return Answer(request, context, new McpError(McpErrorKind.InvalidParams, "params.arguments must be an object"));
        }

        ToolStart start = tool.Start(new ToolCall(arguments.ValueKind == JsonValueKind.Object ? arguments : NoArguments, context.Principal)
        {
            ClientCapabilities = request.Meta(MetaKeys.ClientCapabilities),
        });
        return start.Work is { } work
            ? new McpCall(
                (progress, cancellationToken) => RunAsync(work, request, context, progress, cancellationToken),
                result => Reply(request, context, result),
                request.ProgressToken)
            : Answer(request, context, new Outcome(start.Outcome.Result, start.Outcome.Error));
    }

    private async ValueTask<McpReply> RunAsync(
        ToolWork work, JsonRpcMessage request, CallContext context, IToolProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            ToolOutcome outcome = await work(progress, cancellationToken).ConfigureAwait(false);
            return Reply(request, context, new Outcome(outcome.Result, outcome.Error));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Reply(request, context, new McpError(McpErrorKind.Cancelled, "Request cancelled"));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The same for the work of a tool.
            LogBug(logger, exception, request.Method);
            return Reply(request, context, new McpError(McpErrorKind.Internal, "Internal error"));
        }
    }

    private static McpCall Answer(JsonRpcMessage request, CallContext context, Outcome outcome) => new(Reply(request, context, outcome));

    private static McpReply Reply(JsonRpcMessage request, CallContext context, Outcome outcome)
    {
        if (outcome.Error is { } error)
        {
            return new(JsonRpcWriter.Error(request.Id, error), error);
        }

        McpResult result = outcome.Result is CallToolResult called
            ? called with { Content = [.. called.Content.Select(block => block.ForVersion(context.Version))] }
            : outcome.Result!;
        return new(JsonRpcWriter.Result(request.Id, context.Era == McpEra.Modern ? Modernise(result) : result), null);
    }

    private static McpError MethodNotFound(JsonRpcMessage request) =>
        new(McpErrorKind.MethodNotFound, $"Method not found: {Shorten(request.Method)}");

    // A name of a method is echoed for the reader of a log; a megabyte of it helps nobody. Never cut inside a pair.
    private static string Shorten(string method) =>
        method.Length <= 64 ? method : string.Concat(method.AsSpan(0, char.IsHighSurrogate(method[63]) ? 63 : 64), "…");

    private static McpResult Modernise(McpResult result)
    {
        McpResult complete = result with
        {
            ResultType = "complete",
            Meta = (result.Meta ?? new()) with { ServerInfo = Implementation.Server },
        };
        return complete is CacheableResult cacheable
            ? cacheable with { TtlMs = TtlMilliseconds, CacheScope = "public" }
            : complete;
    }

    [LoggerMessage(1, LogLevel.Error, "MCP request {Method} failed by a bug of ours")]
    private static partial void LogBug(ILogger logger, Exception exception, string method);

    private readonly record struct Outcome(McpResult? Result, McpError? Error)
    {
        public static implicit operator Outcome(McpResult result) => new(result, null);

        public static implicit operator Outcome(McpError error) => new(null, error);
    }
}
