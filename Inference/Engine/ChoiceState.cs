using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>
/// One answer of a request: where it runs, how far it is and what it has said. A request has as many as choices were asked
/// for; each has a sequence of its own. Engine thread only.
/// </summary>
internal sealed class ChoiceState(GenerationJob job, int index)
{
    /// <summary>The request it belongs to.</summary>
    public GenerationJob Job { get; } = job;

    /// <summary>Its number in the request, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Text on its way to the reader.</summary>
    public OutputText Text { get; } = new(job.Request.StopStrings, job.Request.IncludeStopString, job.Request.StopScope?.Invoke());

    /// <summary>The prompt's tokens.</summary>
    public int[] Prompt => Job.Request.Prompt;

    /// <summary>Draws tokens; created at admission.</summary>
    public Sampler? Sampler { get; set; }

    /// <summary>Says which tokens may come; created at admission, null when all may.</summary>
    public ITokenConstraint? Constraint { get; set; }

    /// <summary>Guesses tokens by lookup; null when this request does not speculate.</summary>
    public DraftLookup? Drafts { get; set; }

    /// <summary>The sequence whose prompt it waits for, because both begin alike; null when it computes its own.</summary>
    public SequenceSlot? Donor { get; set; }

    /// <summary>The choice that runs in <see cref="Donor"/>; when another one does, the wait is over.</summary>
    public ChoiceState? DonorChoice { get; set; }

    /// <summary>Tokens to take from <see cref="Donor"/> once they are computed.</summary>
    public int DonorTokens { get; set; }

    /// <summary>Prompt tokens whose keys and values are in the cache.</summary>
    public int PromptComputed { get; set; }

    /// <summary>Prompt tokens that did not have to be computed for this choice.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Tokens generated so far.</summary>
    public int GeneratedCount { get; set; }

    /// <summary>
    /// The tokens to decode next, in order: generated, sent as text, and not in the cache yet. One that was sampled, and those that a
    /// constraint forced around it. At least one between two steps while generating.
    /// </summary>
    public Queue<int> Pending { get; } = new();

    /// <summary>Guessed tokens that the model confirmed.</summary>
    public int AcceptedDrafts { get; set; }

    /// <summary>Guessed tokens that it did not.</summary>
    public int RejectedDrafts { get; set; }

    /// <summary>Sum of the log probabilities of its tokens, if the request asked for it.</summary>
    public double LogProbability { get; set; }

    /// <summary>The prompt's tokens as the model saw them coming, if the request asked for it; grows while the prompt is computed.</summary>
    public List<TokenReport> PromptReports { get; } = [];

    /// <summary>When it was admitted.</summary>
    public long AdmittedAt { get; set; }

    /// <summary>When its first token was there; 0 before.</summary>
    public long FirstTokenAt { get; set; }

    /// <summary>How long prompt and answer took so far.</summary>
    public GenerationTimes Times { get; set; }

    /// <summary>Since when the reader's buffer is full; 0 when it is not.</summary>
    public long StalledSince { get; set; }

    /// <summary>Whether its last event was sent.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether the prompt is computed and tokens are being generated.</summary>
    public bool IsGenerating => PromptComputed == Prompt.Length;

    /// <summary>Whether the prompt's log probabilities are computed with it: one choice of a request that asked for them does.</summary>
    public bool ScoresPrompt => Job.Request.ScorePrompt && Index == 0;

    /// <summary>Whether it has prompt tokens to compute itself, now.</summary>
    public bool IsPrefilling => !IsGenerating && Donor is null;

    /// <summary>Counts so far.</summary>
    public TokenUsage Usage => new(Prompt.Length, CachedTokens, GeneratedCount, AcceptedDrafts, RejectedDrafts);
}
