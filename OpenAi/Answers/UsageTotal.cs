using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Adds up the counts of a request's choices: each prompt counts once, the completions all. One request, one thread.</summary>
internal sealed class UsageTotal
{
    private readonly Dictionary<int, TokenUsage> _prompts = [];

    /// <summary>The total so far.</summary>
    public TokenUsage Value => _prompts.Values.Aggregate(default(TokenUsage), static (sum, prompt) => new TokenUsage(
        sum.PromptTokens + prompt.PromptTokens,
        sum.CachedTokens + prompt.CachedTokens,
        sum.CompletionTokens + prompt.CompletionTokens,
        sum.AcceptedDraftTokens + prompt.AcceptedDraftTokens,
        sum.RejectedDraftTokens + prompt.RejectedDraftTokens));

    /// <summary>Adds the final counts of one choice, each of which reports the whole prompt.</summary>
    /// <param name="choice">The counts.</param>
    /// <param name="prompt">Number of its prompt in the request.</param>
    public void Add(in TokenUsage choice, int prompt = 0)
    {
        bool isFirst = !_prompts.TryGetValue(prompt, out TokenUsage sum);
        _prompts[prompt] = new TokenUsage(
            choice.PromptTokens,

            // What one choice took over from another was computed for this request: only what all of them found was saved.
            isFirst ? choice.CachedTokens : Math.Min(sum.CachedTokens, choice.CachedTokens),
            sum.CompletionTokens + choice.CompletionTokens,
            sum.AcceptedDraftTokens + choice.AcceptedDraftTokens,
            sum.RejectedDraftTokens + choice.RejectedDraftTokens);
    }
}
