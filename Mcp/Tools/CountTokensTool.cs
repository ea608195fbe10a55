using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>count_tokens</c>: how many tokens a text has, or a conversation with the chat format around it. Every model with a
/// vocabulary has it; conversations are for models that generate.
/// </summary>
/// <param name="services">The model and what can be asked of it.</param>
internal sealed class CountTokensTool(ToolServices services) : IMcpTool
{
    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "count_tokens",
        Title = "Count tokens",
        Description = "Count the tokens of a text ('content'), or of a conversation ('messages') with the chat format around it, without generating.",

        // No anyOf at the top: some model providers refuse it in a tool.
        InputSchema = JsonSchema.Parse("""
            {"type":"object","properties":{
              "content":{"type":"string","description":"Text to count; give this or messages"},
              "messages":{"type":"array","minItems":1,"description":"Conversation to count, oldest first","items":{
                "type":"object","required":["role"],
                "properties":{"role":{"type":"string","enum":["system","user","assistant","tool","developer","function"]},
                 "content":{"description":"Text, or an array of text parts; only a message with calls needs none","anyOf":[{"type":"string"},
                  {"type":"array","minItems":1,"items":{"type":"object","required":["type"],"properties":{"type":{"type":"string"},"text":{"type":"string"}}}}]}}}}}}
            """u8),
        OutputSchema = JsonSchema.Parse("""
            {"type":"object","required":["count"],"properties":{"count":{"type":"integer","minimum":0}}}
            """u8),
        Annotations = new() { IdempotentHint = true },
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call)
    {
        bool hasMessages = IsGiven(call.Arguments, "messages"u8);
        return hasMessages == IsGiven(call.Arguments, "content"u8)
            ? ToolStart.Refused("Give either 'content', a text, or 'messages', a conversation.")
            : hasMessages ? CountMessages(call) : CountText(call);
    }

    private ToolStart CountText(ToolCall call)
    {
        RequestResult<TokenizeRequest> read = TokenRequestReader.ReadTokenize(call.Arguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        TokenizeRequest request = read.Value;
        return ToolStart.Of(async (_, cancellationToken) =>
        {
            VocabularyResult found = await services.Vocabulary(call.Principal, cancellationToken).ConfigureAwait(false);
            return found.Vocabulary is { } vocabulary
                ? Complete(vocabulary.Tokenize(Encoding.UTF8.GetBytes(request.Content), request.AddSpecial ?? false, request.ParseSpecial ?? true).Length)
                : ToolFailures.ToOutcome(found.Failure!);
        });
    }

    private ToolStart CountMessages(ToolCall call)
    {
        RequestResult<ChatCompletionRequest> read = ChatRequestReader.Read(call.Arguments, ChatRequestDialect.McpArguments);
        if (!read.Succeeded)
        {
            return ToolStart.Refused(read.Error.Message);
        }

        RequestResult<ChatGeneration> validated = ChatRequestValidator.Validate(read.Value, call.Principal, services.Model.VocabularySize);
        if (!validated.Succeeded)
        {
            return ToolStart.Refused(validated.Error.Message);
        }

        ChatGeneration conversation = validated.Value;
        return ToolStart.Of(async (_, cancellationToken) =>
        {
            (int? tokens, EngineFailure? failure) = await services.CountChat(conversation, cancellationToken).ConfigureAwait(false);
            return failure is null ? Complete(tokens!.Value) : ToolFailures.ToOutcome(failure);
        });
    }

    private static ToolOutcome Complete(int count) =>
        ToolOutcome.Of(CallToolResult.Structured(new TokenCount { Count = count }, McpJsonContext.Default.TokenCount));

    private static bool IsGiven(JsonElement arguments, ReadOnlySpan<byte> name) =>
        arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
}
