using MistralServe.Inference.Ranking;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Rerank;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>rerank</c>: its arguments are a rerank request of the REST port, its result is data, and the same JSON as text. Only
/// rerankers have it.
/// </summary>
/// <param name="modelId">Id of the model that answers.</param>
/// <param name="rank">Ranks documents.</param>
internal sealed class RerankTool(string modelId, Ranker rank) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "rerank",
        Title = "Rerank",
        Description = "Sort documents by their relevance to a query, best first. Scores are the model's own: larger is more relevant.",
        InputSchema = JsonSchema.Parse("""
            {"type":"object","required":["query","documents"],"properties":{
              "query":{"type":"string","minLength":1,"description":"What the documents are compared with"},
              "documents":{"type":"array","minItems":1,"maxItems":2048,"description":"Texts to sort","items":{"anyOf":[{"type":"string","minLength":1},{"type":"object","required":["text"],"properties":{"text":{"type":"string","minLength":1}}}]}},
              "top_n":{"type":"integer","minimum":1,"description":"Give only the so many best; all when absent"},
              "return_documents":{"type":"boolean","default":false,"description":"Repeat the documents in the result"}}}
            """u8),
        OutputSchema = JsonSchema.Parse("""
            {"type":"object","required":["model","results","usage"],"properties":{
              "model":{"type":"string"},
              "results":{"type":"array","description":"Best first","items":{
                "type":"object","required":["index","relevance_score"],"properties":{
                  "index":{"type":"integer","minimum":0,"description":"Place of the document in the call"},
                  "relevance_score":{"type":"number"},
                  "document":{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}}},
              "usage":{"type":"object","required":["prompt_tokens","total_tokens"],"properties":{
                "prompt_tokens":{"type":"integer","minimum":0},
                "total_tokens":{"type":"integer","minimum":0}}}}}
            """u8),
        Annotations = new() { IdempotentHint = true },
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        RequestResult<RerankCall> read = RerankRequestReader.Read(call.Arguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        RerankCall request = read.Value with { Query = read.Value.Query with { Principal = call.Principal } };
        return ToolStart.Of(async (_, cancellationToken) =>
        {
            RankOutcome outcome = await rank(request.Query, cancellationToken).ConfigureAwait(false);
            return outcome.Answer is { } answer ? ToolOutcome.Of(Complete(answer, request)) : ToolFailures.ToOutcome(outcome.Failure!);
        });
    }

    private CallToolResult Complete(RankAnswer answer, RerankCall request)
    {
        var result = new RerankToolResult
        {
            Model = modelId,
            Results = RerankResult.From(answer, request),
            Usage = EmbeddingUsage.From(answer.PromptTokens),
        };
        return CallToolResult.Structured(result, McpJsonContext.Default.RerankToolResult);
    }
}
