using System.Text.Json;
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

    /// <summary>
    /// Answers one request.
    /// </summary>
    /// <param name="request">A message of kind <see cref="JsonRpcMessageKind.Request"/>.</param>
    /// <param name="era">How it speaks; the transport has decided.</param>
    /// <param name="principal">Who asks (key name); empty when no keys are configured.</param>
    /// <param name="cancellationToken">The client is gone: the call stops.</param>
    /// <returns>The answer; failures are answers too.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: nobody waits for an answer.</exception>
    public async ValueTask<McpReply> DispatchAsync(
        JsonRpcMessage request, McpEra era, string principal, CancellationToken cancellationToken)
    {
        Outcome outcome;
        try
        {
            outcome = era == McpEra.Modern
                ? await ModernAsync(request, principal, cancellationToken).ConfigureAwait(false)
                : await LegacyAsync(request, principal, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = new McpError(McpErrorKind.Cancelled, "Request cancelled");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The outermost frame of a request that every transport shares: a bug ends this call only.
            LogBug(logger, exception, request.Method);
            outcome = new McpError(McpErrorKind.Internal, "Internal error");
        }

        return outcome.Result is { } result
            ? new(JsonRpcWriter.Result(request.Id, era == McpEra.Modern ? Modernise(result) : result), null)
            : new(JsonRpcWriter.Error(request.Id, outcome.Error!), outcome.Error);
    }

    private async ValueTask<Outcome> ModernAsync(JsonRpcMessage request, string principal, CancellationToken cancellationToken)
    {
        if (request.Meta(MetaKeys.ProtocolVersion).ValueKind == JsonValueKind.Undefined)
        {
            return new McpError(McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/protocolVersion");
        }

        if (request.Meta(MetaKeys.ClientCapabilities).ValueKind != JsonValueKind.Object)
        {
            return new McpError(
                McpErrorKind.MissingMeta, "params._meta must have io.modelcontextprotocol/clientCapabilities, an object");
        }

        return request.Method switch
        {
            "server/discover" => new DiscoverResult
            {
                SupportedVersions = [ProtocolVersions.Modern],
                Capabilities = new(),
                Instructions = instructions,
            },
            "tools/list" => ListTools(request),
            "tools/call" => await CallToolAsync(request, principal, cancellationToken).ConfigureAwait(false),
            _ => MethodNotFound(request),
        };
    }

    private async ValueTask<Outcome> LegacyAsync(JsonRpcMessage request, string principal, CancellationToken cancellationToken) =>
        request.Method switch
        {
            "initialize" => Initialize(request),
            "ping" => new PingResult(),
            "tools/list" => ListTools(request),
            "tools/call" => await CallToolAsync(request, principal, cancellationToken).ConfigureAwait(false),
            _ => MethodNotFound(request),
        };

    private InitializeResult Initialize(JsonRpcMessage request)
    {
        JsonElement requested = request.Param("protocolVersion"u8);
        return new()
        {
            ProtocolVersion = ProtocolVersions.Negotiate(requested.ValueKind == JsonValueKind.String ? requested.GetString() : null),
            Capabilities = new(),
            ServerInfo = Implementation.Server,
            Instructions = instructions,
        };
    }

    private Outcome ListTools(JsonRpcMessage request) =>
        request.Param("cursor"u8).ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            ? new ListToolsResult { Tools = tools.Definitions }
            : new McpError(McpErrorKind.InvalidParams, "params.cursor is unknown: the list has one page, leave it out");

    private async ValueTask<Outcome> CallToolAsync(JsonRpcMessage request, string principal, CancellationToken cancellationToken)
    {
        JsonElement name = request.Param("name"u8);
        if (name.ValueKind != JsonValueKind.String)
        {
            return new McpError(McpErrorKind.InvalidParams, "params.name must be the name of a tool, a string");
        }

        if (!tools.TryGet(name.GetString()!, out IMcpTool? tool))
        {
            return new McpError(McpErrorKind.InvalidParams, "Unknown tool: params.name must be one of those that tools/list shows");
        }

        JsonElement arguments = request.Param("arguments"u8);
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            return new McpError(McpErrorKind.InvalidParams, "params.arguments must be an object");
        }

        var call = new ToolCall(arguments.ValueKind == JsonValueKind.Object ? arguments : NoArguments, principal);
        ToolOutcome outcome = await tool.CallAsync(call, cancellationToken).ConfigureAwait(false);
        return new(outcome.Result, outcome.Error);
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
