using System.Text;
using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Mcp.Tools;

/// <summary>The tool <c>tokenize</c>: its arguments are those of the REST port's /tokenize. Every model with a vocabulary has it.</summary>
/// <param name="findVocabulary">Gives the vocabulary, once the model is loaded.</param>
internal sealed class TokenizeTool(VocabularyFinder findVocabulary) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "tokenize",
        Title = "Tokenize",
        Description = "Split a text into the tokens of the loaded model's vocabulary and give their ids.",
        InputSchema = JsonSchema.Parse("""
            {"type":"object","required":["content"],"properties":{
              "content":{"type":"string","description":"Text to split"},
              "add_special":{"type":"boolean","default":false,"description":"Add the tokens that the model expects around a text"},
              "parse_special":{"type":"boolean","default":true,"description":"Turn the text of control tokens into those tokens"}}}
            """u8),
        OutputSchema = JsonSchema.Parse("""
            {"type":"object","required":["tokens","count"],"properties":{
              "tokens":{"type":"array","items":{"type":"integer","minimum":0}},
              "count":{"type":"integer","minimum":0}}}
            """u8),
        Annotations = new() { IdempotentHint = true },
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        RequestResult<TokenizeRequest> read = TokenRequestReader.ReadTokenize(call.Arguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        TokenizeRequest request = read.Value;
        return request.WithPieces == true
            ? ToolStart.Refused("'with_pieces' must be false: the tool's result has ids.")
            : ToolStart.Of(async (_, cancellationToken) =>
            {
                VocabularyResult found = await findVocabulary(call.Principal, cancellationToken).ConfigureAwait(false);
                if (found.Vocabulary is not { } vocabulary)
                {
                    return ToolFailures.ToOutcome(found.Failure!);
                }

                int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(request.Content), request.AddSpecial ?? false, request.ParseSpecial ?? true);
                return ToolOutcome.Of(CallToolResult.Structured(
                    new TokenizeResult { Tokens = tokens, Count = tokens.Length }, McpJsonContext.Default.TokenizeResult));
            });
    }
}
