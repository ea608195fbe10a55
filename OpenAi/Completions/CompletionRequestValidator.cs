using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Answers;
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
        var ranges = new FieldRanges(errors);
        List<CompletionGeneration> prompts = CompletionPrompt.Read(request.Prompt, errors);
        int? logProbabilities = ranges.Between("logprobs", request.LogProbabilities, 0, GenerationLimits.MaxTextLogProbabilities);
        bool echo = request.Echo ?? false;
        var own = new CompletionGeneration
        {
            MaxTokens = ranges.AtLeast("max_tokens", request.MaxTokens, 0) ?? ranges.Limit("n_predict", request.PredictCount) ?? DefaultMaxTokens,
            TopLogProbabilities = logProbabilities,
            Suffix = request.Suffix,
            AddSpecialTokens = request.AddSpecialTokens ?? true,
        };
        CompletionGeneration shared = GenerationFieldsValidator.Apply(own, request, principal, vocabularySize, errors);
        shared = shared with { ScorePrompt = echo && shared.TopLogProbabilities is not null };
        if (echo && request.Suffix is not null)
        {
            errors.AddUnsupported("echo", "'echo' is not supported together with 'suffix'.");
        }

        if (shared.ScorePrompt && shared.Choices > 1 && request.Stream is true)
        {
            errors.AddUnsupported("echo", "'echo' with log probabilities cannot be streamed for several choices; leave 'stream' away.");
        }

        CompletionPlan plan = ToPlan(request, shared, [.. prompts.Select(prompt => (prompt.Text, prompt.Tokens, prompt.Param))], errors);
        return errors.First is { } error ? error : plan;
    }

    private static CompletionPlan ToPlan(
        CompletionRequest request, CompletionGeneration shared, List<(string? Text, IReadOnlyList<int>? Tokens, string Param)> prompts, RequestErrors errors)
    {
        int returned = shared.Choices;
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
            Generations =
            [
                .. prompts.Select(prompt => shared with
                {
                    Text = prompt.Text, Tokens = prompt.Tokens, Param = prompt.Param, Choices = candidates, ScoreChoices = isRanked,
                }),
            ],
            Echo = request.Echo ?? false,
            Extras = AnswerExtras.From(request, shared.TopLogProbabilities is not null),
            Returned = returned,
            IsRanked = isRanked,
            Stream = request.Stream ?? false,
            IncludeUsage = request.StreamOptions?.IncludeUsage ?? false,
        };
    }
}
