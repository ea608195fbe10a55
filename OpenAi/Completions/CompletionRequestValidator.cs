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
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
    /// <returns>What to generate and what to return of it, without reference to JSON; or an error that names the field and its range.</returns>
    public static RequestResult<CompletionPlan> Validate(CompletionRequest request, string principal, int vocabularySize)
    {
        var errors = new RequestErrors();
        CompletionGeneration prompt = CompletionPrompt.Read(request.Prompt, errors) with
        {
            MaxTokens = new FieldRanges(errors).AtLeast("max_tokens", request.MaxTokens, 0) ?? DefaultMaxTokens,
        };
        CompletionGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, vocabularySize, errors);
        CompletionPlan plan = ToPlan(request, generation, errors);
        return errors.First is { } error ? error : plan;
    }

    private static CompletionPlan ToPlan(CompletionRequest request, CompletionGeneration generation, RequestErrors errors)
    {
        int returned = generation.Choices;
        int bestOf = new FieldRanges(errors).Between("best_of", request.BestOf, 0, GenerationLimits.MaxChoices) ?? 0;
        int candidates = bestOf == 0 ? returned : bestOf;
        bool isRanked = bestOf > 1; // one candidate is ranked already
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
