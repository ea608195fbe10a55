using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>From a raw prompt to a running generation. Any thread.</summary>
internal sealed class CompletionService(GenerationStarter starter)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model => starter.Model;

    /// <summary>The loaded model's vocabulary; only once a generation was started.</summary>
    public IVocabulary Vocabulary => starter.Engine.Vocabulary;

    /// <summary>
    /// Tokenises the prompt if it is text and starts the generation (<see cref="GenerationStarter.StartAsync"/>).
    /// </summary>
    public ValueTask<StartResult> StartAsync(CompletionGeneration request, CancellationToken cancellationToken) =>
        starter.StartAsync(request, () => ValueTask.FromResult<PromptResult>(CreatePrompt(request)), cancellationToken);

    /// <summary>
    /// Starts the generations of several prompts; all of them or none.
    /// </summary>
    /// <param name="requests">At least one, all with equally many choices.</param>
    /// <param name="cancellationToken">As for one.</param>
    /// <returns>
    /// One generation whose choices are those of the first prompt, then those of the second, and so on; or the failure of the first
    /// that could not start.
    /// </returns>
    public async ValueTask<StartResult> StartAsync(IReadOnlyList<CompletionGeneration> requests, CancellationToken cancellationToken)
    {
        if (starter.Engine.FindTooMany(requests.Sum(request => request.Choices)) is { } tooMany)
        {
            return new StartResult(null, tooMany);
        }

        var started = new List<Generation>(requests.Count);
        bool complete = false;
        try
        {
            foreach (CompletionGeneration request in requests)
            {
                StartResult result = await StartAsync(request, cancellationToken).ConfigureAwait(false);
                if (result.Generation is not { } generation)
                {
                    return result;
                }

                started.Add(generation);
            }

            complete = true;
            return new StartResult(started.Count == 1 ? started[0] : GenerationGroup.Join(started, requests[0].Choices), null);
        }
        finally
        {
            if (!complete)
            {
                started.ForEach(generation => generation.Dispose());
            }
        }
    }

    private (int[]? Prompt, EngineFailure? Failure) CreatePrompt(CompletionGeneration request)
    {
        if (request.Suffix is { } suffix)
        {
            return CreateInfill(request, suffix);
        }

        return request.Tokens is { } tokens
            ? starter.Check([.. tokens], request.Param)
            : starter.Tokenize(Encoding.UTF8.GetBytes(request.Text ?? ""), request.AddSpecialTokens, request.Param);
    }

    // Prefix, suffix, middle: the order that the models with these tokens were trained in most, and llama-server's.
    private (int[]? Prompt, EngineFailure? Failure) CreateInfill(CompletionGeneration request, string suffix)
    {
        if (Vocabulary.FillInMiddle is not { } fill)
        {
            return (null, new EngineFailure(
                EngineFailureCode.NotSupported, $"'suffix' cannot be honoured: the model {Model.Id} has no fill-in-the-middle tokens. Leave it away.", "suffix"));
        }

        byte[] before = Encoding.UTF8.GetBytes(request.Text ?? "");
        byte[] behind = Encoding.UTF8.GetBytes(suffix);
        if (starter.FindOverlong(before.Length + (long)behind.Length, request.Param) is { } failure)
        {
            return (null, failure);
        }

        // Not what the model expects around a text: an end-of-sequence token has no place in front.
        int[] begin = request.AddSpecialTokens && Vocabulary.AddsBeginToken && Vocabulary.BeginToken is { } token ? [token] : [];
        return starter.Check(
            [
                .. begin,
                fill.Prefix,
                .. request.Tokens ?? Vocabulary.Tokenize(before, addSpecial: false, parseSpecial: false),
                fill.Suffix,
                .. Vocabulary.Tokenize(behind, addSpecial: false, parseSpecial: false),
                fill.Middle,
            ],
            request.Param);
    }
}
