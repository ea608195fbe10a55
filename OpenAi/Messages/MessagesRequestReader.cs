using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Messages;

/// <summary>Reads a request for a message from JSON: types of simple values. The rest is the validator's. Any thread.</summary>
internal static class MessagesRequestReader
{
    /// <summary>
    /// Names of the fields, those that are refused included; the rest is ignored. Of the shared ones, Anthropic's metadata has another form.
    /// </summary>
    public static FrozenSet<string> Names { get; } =
        new[] { "messages", "max_tokens", "system", "stop_sequences", "tools", "tool_choice", "thinking" }
            .Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Messages.Names).Except(["metadata"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">The body.</param>
    /// <param name="needsMaxTokens">Whether <c>max_tokens</c> must be there.</param>
    /// <returns>The request, which refers to the document of <paramref name="root"/>; or an error that names the field.</returns>
    public static RequestResult<MessagesRequest> Read(JsonElement root, bool needsMaxTokens)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", Names, errors);
        UnsupportedFields.Messages.Check(fields, errors);
        var own = new MessagesRequest
        {
            Messages = fields.Get("messages"),
            MaxTokens = fields.GetInteger("max_tokens", saturate: true),
            System = fields.Get("system"),
            StopSequences = fields.Get("stop_sequences"),
            Tools = fields.Get("tools"),
            ToolChoice = fields.Get("tool_choice"),
            Thinking = fields.Get("thinking"),
        };
        if (own.Messages is null)
        {
            errors.AddMissing("messages", "'messages' is required: an array with at least one message.");
        }

        if (own.MaxTokens is null && needsMaxTokens)
        {
            errors.AddMissing("max_tokens", "'max_tokens' is required: the most tokens to generate.");
        }

        MessagesRequest request = GenerationFieldsReader.Read(own, fields, errors);
        return errors.First is { } error ? error : request;
    }
}
