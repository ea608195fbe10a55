using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Checks the ranges of a chat request and makes the generation of it: the only way from the wire to the engine. Any thread.
/// </summary>
internal static class ChatRequestValidator
{
    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <returns>A generation that refers to no JSON; or an error that names the field and its range.</returns>
    public static RequestResult<ChatGeneration> Validate(ChatCompletionRequest request, string principal)
    {
        var errors = new RequestErrors();
        var prompt = new ChatGeneration
        {
            Messages = ChatMessageContent.ToMessages(request.Messages, errors),
            MaxTokens = GenerationFieldsValidator.Clamp(request.MaxCompletionTokens ?? request.MaxTokens),
        };
        ChatGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, errors);
        return errors.First is { } error ? error : generation;
    }
}
