using System.Globalization;
using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>
/// The way from a request to a running generation, the same for all kinds of prompt. Any thread.
/// </summary>
internal sealed class GenerationStarter(ModelDescription model, InferenceEngine engine)
{
    /// <summary>Makes the prompt's tokens, once the model is loaded; gives tokens or a failure.</summary>
    public delegate (int[]? Prompt, EngineFailure? Failure) PromptFactory();

    private List<int[]>? _defaultBreakers;

    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>The engine that serves it.</summary>
    public InferenceEngine Engine { get; } = engine;

    /// <summary>
    /// Starts a generation:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. make the prompt, check it against the context;
    /// 4. hand it to the engine.
    /// </summary>
    /// <param name="parameters">The validated request.</param>
    /// <param name="createPrompt">Step 3.</param>
    /// <param name="cancellationToken">Client gone: the place is given back and <see cref="OperationCanceledException"/> thrown. After the start, dispose the generation instead.</param>
    public async ValueTask<StartResult> StartAsync(GenerationParameters parameters, PromptFactory createPrompt, CancellationToken cancellationToken)
    {
        if (!Model.Capabilities.HasFlag(ModelCapabilities.TextGeneration))
        {
            return new StartResult(null, new EngineFailure(EngineFailureCode.NotSupported, $"The loaded model {Model.Id} cannot generate text."));
        }

        (QueuePlace? place, EngineFailure? failure) = Engine.TryEnter(parameters.Choices);
        if (place is null)
        {
            return new StartResult(null, failure);
        }

        using (place)
        {
            failure = await Engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                return new StartResult(null, failure);
            }

            (int[]? prompt, failure) = createPrompt();
            return prompt is null ? new StartResult(null, failure) : new StartResult(Submit(parameters, prompt, place), null);
        }
    }

    /// <summary>
    /// Tokenises text, unless its length alone says that it cannot fit.
    /// </summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="parseSpecial">Whether the text of control tokens becomes those tokens.</param>
    /// <param name="param">Request field to blame for a text that is too long.</param>
    public (int[]? Prompt, EngineFailure? Failure) Tokenize(ReadOnlySpan<byte> text, bool parseSpecial, string param)
    {
        // No token is longer than the longest one: a text beyond this cannot fit, and need not be tokenised to know it.
        IVocabulary vocabulary = Engine.Vocabulary;
        int contextLength = Engine.ContextLength;
        if (text.Length > contextLength && text.Length > (long)contextLength * vocabulary.LongestTokenBytes)
        {
            int atLeast = text.Length / vocabulary.LongestTokenBytes;
            return (null, EngineFailures.ContextExceeded($"at least {FormatCount(atLeast)}", contextLength, param));
        }

        return Check(vocabulary.Tokenize(text, addSpecial: true, parseSpecial), param);
    }

    /// <summary>Checks a prompt's tokens: inside the vocabulary, at least one, and room for one more in the context.</summary>
    public (int[]? Prompt, EngineFailure? Failure) Check(int[] prompt, string param)
    {
        int vocabularySize = Engine.Vocabulary.Count;
        int index = Array.FindIndex(prompt, token => (uint)token >= (uint)vocabularySize);
        if (index >= 0)
        {
            return (null, new EngineFailure(EngineFailureCode.InvalidRequest, $"{param}[{index}] is no token of this model: ids go from 0 to {vocabularySize - 1}.", param));
        }

        if (prompt.Length == 0)
        {
            return (null, new EngineFailure(EngineFailureCode.InvalidRequest, $"{param} has no tokens. Send at least one.", param));
        }

        return prompt.Length < Engine.ContextLength
            ? (prompt, null)
            : (null, EngineFailures.ContextExceeded(FormatCount(prompt.Length), Engine.ContextLength, param));
    }

    // A pass over the vocabulary for each breaker: only for requests that use DRY, and remembered for the usual ones.
    private SamplingOptions AddBreakers(GenerationParameters parameters)
    {
        if (parameters.Sampling.DryMultiplier == 0)
        {
            return parameters.Sampling;
        }

        IVocabulary vocabulary = Engine.Vocabulary;
        return parameters.Sampling with
        {
            DrySequenceBreakers = parameters.DrySequenceBreakers is null
                ? _defaultBreakers ??= FindBreakers(vocabulary, DrySequenceBreakers.Default)
                : FindBreakers(vocabulary, parameters.DrySequenceBreakers),
        };
    }

    private static List<int[]> FindBreakers(IVocabulary vocabulary, IReadOnlyList<string> texts) =>
    [
        .. texts.SelectMany(text => DrySequenceBreakers.Find(
            Encoding.UTF8.GetBytes(text), vocabulary.Count, vocabulary.GetBytes, rest => vocabulary.Tokenize(rest.Span, addSpecial: false, parseSpecial: false))),
    ];

    private static string FormatCount(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private Generation Submit(GenerationParameters parameters, int[] prompt, QueuePlace place) =>
        Engine.Submit(
            new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = Math.Min(parameters.MaxTokens ?? int.MaxValue, Engine.ContextLength - prompt.Length),
                Sampling = AddBreakers(parameters),
                StopStrings = [.. parameters.StopStrings.Select(Encoding.UTF8.GetBytes)],
                IgnoreEndOfGeneration = parameters.IgnoreEndOfGeneration,
                Choices = parameters.Choices,
                ScoreChoices = parameters.ScoreChoices,
                Speculate = parameters.Speculate,
                CachePrompt = parameters.CachePrompt,
                Principal = parameters.Principal,
            },
            place);
}
