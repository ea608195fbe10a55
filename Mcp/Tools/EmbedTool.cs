using MistralServe.Inference.Embedding;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Embeddings;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>embed</c>: its arguments are an embeddings request of the REST port, its result is data, and the same JSON as
/// text. Only embedding models have it.
/// </summary>
/// <param name="modelId">Id of the model that answers.</param>
/// <param name="embed">Makes embeddings.</param>
internal sealed class EmbedTool(string modelId, Embedder embed) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "embed",
        Title = "Embed",
        Description = "Turn texts into vectors whose cosine tells how similar the texts are. Each vector has length 1.",
        InputSchema = JsonSchema.Parse("""
            {"type":"object","required":["input"],"properties":{
              "input":{"description":"A text, an array of texts, or one or several arrays of token ids","anyOf":[
                {"type":"string","minLength":1},
                {"type":"array","minItems":1,"maxItems":2048,"items":{"type":"string","minLength":1}},
                {"type":"array","minItems":1,"maxItems":300000,"items":{"type":"integer","minimum":0}},
                {"type":"array","minItems":1,"maxItems":2048,"items":{"type":"array","minItems":1,"maxItems":300000,"items":{"type":"integer","minimum":0}}}]},
              "dimensions":{"type":"integer","minimum":1,"description":"Numbers of each vector; all that the model gives when absent"}}}
            """u8),
        OutputSchema = JsonSchema.Parse("""
            {"type":"object","required":["model","embeddings","usage"],"properties":{
              "model":{"type":"string"},
              "embeddings":{"type":"array","items":{"type":"array","items":{"type":"number"}},"description":"One vector for each input, in their order"},
              "usage":{"type":"object","required":["prompt_tokens","total_tokens"],"properties":{
                "prompt_tokens":{"type":"integer","minimum":0},
                "total_tokens":{"type":"integer","minimum":0}}}}}
            """u8),
        Annotations = new() { IdempotentHint = true },
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        RequestResult<EmbeddingCall> read = EmbeddingRequestReader.Read(call.Arguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        if (read.Value.AsBase64)
        {
            return ToolStart.Refused("'encoding_format' must be float: the tool's result has arrays of numbers.");
        }

        EmbeddingQuery query = read.Value.Query with { Principal = call.Principal };
        return ToolStart.Of(async (_, cancellationToken) =>
        {
            EmbeddingOutcome outcome = await embed(query, cancellationToken).ConfigureAwait(false);
            return outcome.Answer is { } answer ? ToolOutcome.Of(Complete(answer)) : ToolFailures.ToOutcome(outcome.Failure!);
        });
    }

    private CallToolResult Complete(EmbeddingAnswer answer)
    {
        var result = new EmbedResult
        {
            Model = modelId,
            Embeddings = [.. answer.Vectors.Select(vector => new EmbeddingValue(vector, asBase64: false))],
            Usage = EmbeddingUsage.From(answer.PromptTokens),
        };
        return CallToolResult.Structured(result, McpJsonContext.Default.EmbedResult);
    }
}
