using MistralServe.Inference.Chat;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>chat</c>: its arguments are a chat-completion request of the REST port, its result is one block of text.
/// No structured content, because hosts differ in which of the two they would show.
/// </summary>
/// <param name="modelId">Id of the model that answers.</param>
/// <param name="vocabularySize">Number of tokens of that model.</param>
/// <param name="start">Starts a generation.</param>
internal sealed class ChatTool(string modelId, int vocabularySize, ChatStarter start) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "chat",
        Title = "Chat",
        Description = "Send a conversation to the loaded language model and get its reply.",
        InputSchema = JsonSchema.Parse("""
            {"type":"object","required":["messages"],"properties":{
              "messages":{"type":"array","minItems":1,"description":"Conversation so far, oldest first","items":{
                "type":"object","required":["role"],
                "properties":{"role":{"type":"string","enum":["system","user","assistant","tool","developer","function"]},
                 "content":{"description":"Text, or an array of text parts; only a message with calls needs none","anyOf":[{"type":"string"},
                  {"type":"array","minItems":1,"items":{"type":"object","required":["type"],"properties":{"type":{"type":"string"},"text":{"type":"string"}}}}]}}}},
              "maxTokens":{"type":"integer","minimum":1,"description":"Maximum number of tokens to generate"},
              "temperature":{"type":"number","minimum":0,"maximum":2,"description":"Sampling temperature"},
              "tools":{"type":"array","maxItems":128,"description":"Functions that the model may ask its caller to call","items":{
                "type":"object","required":["type","function"],"properties":{
                  "type":{"type":"string","enum":["function"]},
                  "function":{"type":"object","required":["name"],"properties":{
                    "name":{"type":"string"},"description":{"type":"string"},
                    "parameters":{"type":"object","description":"JSON Schema of the arguments"},"strict":{"type":"boolean"}}}}}},
              "toolChoice":{"description":"none, auto, required, or an object that names a function","type":["string","object"]},
              "responseFormat":{"type":"object","description":"What the reply must be: type text, json_object or json_schema"}}}
            """u8),
        Annotations = new(),
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        RequestResult<ChatCompletionRequest> read = ChatRequestReader.Read(call.Arguments, ChatRequestDialect.McpArguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        RequestResult<ChatGeneration> validated = ChatRequestValidator.Validate(read.Value, call.Principal, vocabularySize);
        return validated.Succeeded
            ? ToolStart.Of((progress, cancellationToken) => RunAsync(validated.Value, progress, cancellationToken))
            : ToolStart.Refused(validated.Error.Message);
    }

    private async ValueTask<ToolOutcome> RunAsync(ChatGeneration request, IToolProgress progress, CancellationToken cancellationToken)
    {
        ChatStartResult started = await start(request, cancellationToken).ConfigureAwait(false);
        if (started.Failure is { } failure)
        {
            return ToolFailures.ToOutcome(failure);
        }

        // Disposing frees the sequence before the next token, on every way out.
        using ChatRun run = started.Run!;

        // A reply with calls becomes another text than its content, and what is told must be a beginning of the result.
        ToolOutcome outcome = await TextReply.ReadAsync(
            run.Generation, request.Choices, run.CreateParser, tellText: !request.OffersTools, modelId, progress, cancellationToken).ConfigureAwait(false);
        return run.UnenforcedKeywords.Count > 0 && outcome.Result is { Meta: { } meta } result
            ? ToolOutcome.Of(result with { Meta = meta with { UnenforcedKeywords = run.UnenforcedKeywords } })
            : outcome;
    }
}
