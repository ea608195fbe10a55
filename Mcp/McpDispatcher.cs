using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Telemetry;
using MistralServe.Mcp.Tools;

namespace MistralServe.Mcp;

/// <summary>
/// Methods of both protocol eras. Knows no transport: what HTTP adds (headers, statuses, sessions) is in front of it.
/// Stateless; any thread.
/// </summary>
/// <param name="tools">What can be called.</param>
/// <param name="instructions">How to use the server, for the client's model.</param>
/// <param name="telemetry">Is told of every request when it is over.</param>
/// <param name="logger">Gets our own bugs, and nothing of what users write.</param>
internal sealed partial class McpDispatcher(McpToolRegistry tools, string instructions, McpTelemetry telemetry, ILogger<McpDispatcher> logger)
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
        var exchange = new Exchange(request, context, telemetry.Start());
        try
        {
            return context.Era == McpEra.Modern ? Modern(exchange) : Legacy(exchange);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The outermost frame of a request that every transport shares: a bug ends this request only.
            LogBug(logger, exception, request.Method);
            return Answer(exchange, new McpError(McpErrorKind.Internal, "Internal error"));
        }
    }

    private McpCall Modern(Exchange exchange)
    {
        JsonRpcMessage request = exchange.Request;
        if (request.Meta(MetaKeys.ProtocolVersion).ValueKind == JsonValueKind.Undefined)
        {
            return Answer(exchange, new McpError(McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/protocolVersion"));
        }

        if (request.Meta(MetaKeys.ClientCapabilities).ValueKind != JsonValueKind.Object)
        {
            return Answer(exchange, new McpError(
                McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/clientCapabilities, an object"));
        }

        return request.Method switch
        {
            "server/discover" => Answer(exchange, new DiscoverResult
            {
                SupportedVersions = [ProtocolVersions.Modern],
                Capabilities = new(),
                Instructions = instructions,
            }),
            "tools/list" => Answer(exchange, ListTools(exchange.Request)),
            "tools/call" => CallTool(exchange),
            _ => Answer(exchange, MethodNotFound(exchange.Request)),
        };
    }

    private McpCall Legacy(Exchange exchange) => exchange.Request.Method switch
    {
        "initialize" => Answer(exchange, Initialize(exchange.Request)),
        "ping" => Answer(exchange, new PingResult()),
        "tools/list" => Answer(exchange, ListTools(exchange.Request)),
        "tools/call" => CallTool(exchange),
        _ => Answer(exchange, MethodNotFound(exchange.Request)),
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

    private McpCall CallTool(Exchange exchange)
    {
        JsonRpcMessage request = exchange.Request;
        JsonElement name = request.Param("name"u8);
        if (name.ValueKind != JsonValueKind.String)
        {
            return Answer(exchange, new McpError(McpErrorKind.InvalidParams, "params.name must be the name of a tool, a string"));
        }

        JsonElement arguments = request.Param("arguments"u8);
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            return Answer(exchange, new McpError(McpErrorKind.InvalidParams, "params.arguments must be an object"));
        }

        var call = new ToolCall(arguments.ValueKind == JsonValueKind.Object ? arguments : NoArguments, exchange.Context.Principal)
        {
            ClientCapabilities = request.Meta(MetaKeys.ClientCapabilities),
        };
        if (tools.Start(name.GetString()!, call) is not { } start)
        {
            return Answer(exchange, new McpError(
                McpErrorKind.InvalidParams, "Unknown tool: params.name must be one of those that tools/list shows"));
        }

        return start.Work is { } work
            ? new McpCall(
                (progress, cancellationToken) => RunAsync(work, exchange, progress, cancellationToken),
                result => Reply(exchange, result),
                request.ProgressToken)
            : Answer(exchange, new Outcome(start.Outcome.Result, start.Outcome.Error));
    }

    private async ValueTask<McpReply> RunAsync(
        ToolWork work, Exchange exchange, IToolProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            ToolOutcome outcome = await work(progress, cancellationToken).ConfigureAwait(false);
            return Reply(exchange, new Outcome(outcome.Result, outcome.Error));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            telemetry.Add(exchange.Request, exchange.Context, exchange.Start, CallOutcome.Cancelled);
            throw;
        }
        catch (OperationCanceledException)
        {
            return Reply(exchange, new McpError(McpErrorKind.Cancelled, "Request cancelled"));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The same for the work of a tool.
            LogBug(logger, exception, exchange.Request.Method);
            return Reply(exchange, new McpError(McpErrorKind.Internal, "Internal error"));
        }
    }

    private McpCall Answer(Exchange exchange, Outcome outcome) => new(Reply(exchange, outcome));

    private McpReply Reply(Exchange exchange, Outcome outcome)
    {
        (JsonRpcMessage request, CallContext context, long start) = exchange;
        if (outcome.Error is { } error)
        {
            telemetry.Add(request, context, start, CallOutcome.Error);
            return new(JsonRpcWriter.Error(request.Id, error), error);
        }

        McpResult result = outcome.Result is CallToolResult called
            ? called with { Content = [.. called.Content.Select(block => block.ForVersion(context.Version))] }
            : outcome.Result!;
        var ofTool = result as CallToolResult;
        telemetry.Add(request, context, start, ofTool?.IsError == true ? CallOutcome.ToolError : CallOutcome.Ok, ofTool);
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

    /// <summary>A request on its way to its answer.</summary>
    private sealed record Exchange(JsonRpcMessage Request, CallContext Context, long Start);

    private readonly record struct Outcome(McpResult? Result, McpError? Error)
    {
        public static implicit operator Outcome(McpResult result) => new(result, null);

        public static implicit operator Outcome(McpError error) => new(null, error);
    }
}
