using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Adds up the counts of a request's choices: the prompt counts once, the completions all. One request, one thread.</summary>
internal sealed class UsageTotal
{
    private int _choices;

    /// <summary>The total so far.</summary>
    public TokenUsage Value { get; private set; }

    /// <summary>Adds the final counts of one choice, each of which reports the whole prompt.</summary>
    public void Add(in TokenUsage choice)
    {
        TokenUsage sum = Value;
        Value = new TokenUsage(
            choice.PromptTokens,

            // What one choice took over from another was computed for this request: only what all of them found was saved.
            _choices++ == 0 ? choice.CachedTokens : Math.Min(sum.CachedTokens, choice.CachedTokens),
            sum.CompletionTokens + choice.CompletionTokens,
            sum.AcceptedDraftTokens + choice.AcceptedDraftTokens,
            sum.RejectedDraftTokens + choice.RejectedDraftTokens);
    }
}
