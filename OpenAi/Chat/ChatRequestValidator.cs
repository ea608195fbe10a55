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
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
    /// <returns>A generation that refers to no JSON; or an error that names the field and its range.</returns>
    public static RequestResult<ChatGeneration> Validate(ChatCompletionRequest request, string principal, int vocabularySize = 0)
    {
        var errors = new RequestErrors();
        var ranges = new FieldRanges(errors);
        var prompt = new ChatGeneration
        {
            Messages = ChatMessageContent.ToMessages(request.Messages, errors),
            MaxTokens = ranges.AtLeast("max_completion_tokens", request.MaxCompletionTokens ?? request.MaxTokens, 0)
                ?? ranges.Limit("n_predict", request.PredictCount),
        };
        int top = ranges.Between("top_logprobs", request.TopLogProbabilities, 0, GenerationLimits.MaxTopLogProbabilities) ?? 0;
        if (top > 0 && request.LogProbabilities is not true)
        {
            errors.AddInvalidValue("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.");
        }

        prompt = prompt with { TopLogProbabilities = request.LogProbabilities is true ? top : null };
        ChatGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, vocabularySize, errors);
        return errors.First is { } error ? error : generation;
    }
}
