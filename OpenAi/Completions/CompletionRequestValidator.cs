using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Completions;

/// <summary>
/// Checks the ranges of a text completion request and makes the generation of it: the only way from the wire to the engine. Any
/// thread.
/// </summary>
internal static class CompletionRequestValidator
{
    /// <summary>OpenAI's default; what evaluation tools rely on.</summary>
    private const int DefaultMaxTokens = 16;

    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <returns>What to generate and what to return of it, without reference to JSON; or an error that names the field and its range.</returns>
    public static RequestResult<CompletionPlan> Validate(CompletionRequest request, string principal)
    {
        var errors = new RequestErrors();
        if (request.MaxTokens is < 0)
        {
            errors.AddInvalidValue("max_tokens", $"'max_tokens' must be 0 or more, but is {request.MaxTokens}.");
        }

        CompletionGeneration prompt = CompletionPrompt.Read(request.Prompt, errors) with
        {
            MaxTokens = GenerationFieldsValidator.Clamp(request.MaxTokens) ?? DefaultMaxTokens,
        };
        CompletionGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, errors);
        CompletionPlan plan = ToPlan(request, generation, errors);
        return errors.First is { } error ? error : plan;
    }

    private static CompletionPlan ToPlan(CompletionRequest request, CompletionGeneration generation, RequestErrors errors)
    {
        int returned = generation.Choices;
        int candidates = GenerationFieldsValidator.ToChoices("best_of", request.BestOf, min: 0, errors) is { } given and not 0 ? given : returned;
        bool isRanked = request.BestOf > 1; // one candidate is ranked already
        if (candidates < returned)
        {
            errors.AddInvalidValue("best_of", $"'best_of' must be at least 'n' ({returned}), but is {candidates}.");
        }

        if (isRanked && request.Stream is true)
        {
            errors.AddInvalidValue("best_of", "'best_of' cannot be streamed: which answers are the best is known at the end; leave 'stream' away.");
        }

        return new CompletionPlan
        {
            Generation = generation with { Choices = candidates, ScoreChoices = isRanked },
            Returned = returned,
            IsRanked = isRanked,
            Stream = request.Stream ?? false,
            IncludeUsage = request.StreamOptions?.IncludeUsage ?? false,
        };
    }
}
