using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Completions;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>complete</c>: a raw prompt is continued, no chat format around it. Its arguments are a text completion request of the
/// REST port, its result is one block of text.
/// </summary>
/// <param name="modelId">Id of the model that answers.</param>
/// <param name="vocabularySize">Number of tokens of that model.</param>
/// <param name="start">Starts a generation.</param>
internal sealed class CompleteTool(string modelId, int vocabularySize, CompletionStarter start) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "complete",
        Title = "Complete",
        Description = "Continue a text with the loaded language model, without any chat format. For a conversation use chat.",
        InputSchema = JsonSchema.Parse("""
            {"type":"object","required":["prompt"],"properties":{
              "prompt":{"description":"Text to continue, an array of token ids, or several of either","type":["string","array"],"items":{"type":["string","integer","array"],"items":{"type":"integer"}}},
              "maxTokens":{"type":"integer","minimum":1,"default":16,"description":"Maximum number of tokens to generate"},
              "temperature":{"type":"number","minimum":0,"maximum":2,"description":"Sampling temperature"},
              "stop":{"description":"A text that ends the continuation, or several","anyOf":[
                {"type":"string","minLength":1},
                {"type":"array","maxItems":16,"items":{"type":"string","minLength":1}}]}}}
            """u8),
        Annotations = new(),
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        RequestResult<CompletionRequest> read = CompletionRequestReader.Read(call.Arguments, CompletionRequestDialect.McpArguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        // How the answer travels is the transport's business.
        CompletionRequest request = read.Value with { Stream = null, StreamOptions = null };
        RequestResult<CompletionPlan> validated = CompletionRequestValidator.Validate(request, call.Principal, vocabularySize);
        if (!validated.Succeeded)
        {
            return ToolStart.Refused(validated.Error.Message);
        }

        if (validated.Value.Echo)
        {
            return ToolStart.Refused("'echo' cannot be honoured: the tool's result is the continuation. Leave it away.");
        }

        return ToolStart.Of((progress, cancellationToken) => RunAsync(validated.Value, progress, cancellationToken));
    }

    private async ValueTask<ToolOutcome> RunAsync(CompletionPlan plan, IToolProgress progress, CancellationToken cancellationToken)
    {
        StartResult started = await start(plan.Generations, cancellationToken).ConfigureAwait(false);
        if (started.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        using Generation generation = started.Generation!;
        return await TextReply.ReadAsync(
            generation, plan.Generated, static () => new PlainTextParser(), tellText: true, modelId, progress, cancellationToken,
            plan.IsRanked ? choices => plan.Select(choices).Select(ranked => ranked.Choice.Text) : null).ConfigureAwait(false);
    }
}
