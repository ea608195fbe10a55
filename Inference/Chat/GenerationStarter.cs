using System.Globalization;
using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>
/// The way from a request to a running generation, the same for all kinds of prompt. Any thread.
/// </summary>
/// <param name="model">What is served.</param>
/// <param name="engine">The engine that serves it.</param>
/// <param name="constraints">Compiles output formats; without one they are refused.</param>
internal sealed class GenerationStarter(ModelDescription model, InferenceEngine engine, IConstraintCompiler? constraints = null)
{
    /// <summary>Makes the prompt's tokens, once the model is loaded; gives tokens or a failure.</summary>
    public delegate ValueTask<PromptResult> PromptFactory();

    private readonly TokenLists _tokens = new();

    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>The engine that serves it.</summary>
    public InferenceEngine Engine { get; } = engine;

    /// <summary>
    /// Starts a generation:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. make the prompt, check it against the context;
    /// 4. compile the output format if there is one;
    /// 5. hand it to the engine.
    /// </summary>
    /// <param name="parameters">The validated request.</param>
    /// <param name="createPrompt">Step 3.</param>
    /// <param name="cancellationToken">Client gone: the place is given back and <see cref="OperationCanceledException"/> thrown. After the start, dispose the generation instead.</param>
    public async ValueTask<StartResult> StartAsync(GenerationParameters parameters, PromptFactory createPrompt, CancellationToken cancellationToken)
    {
        (QueuePlace? place, EngineFailure? failure) = TryEnter(parameters.Principal, parameters.Choices);
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

            PromptResult prompt = await createPrompt().ConfigureAwait(false);
            if (prompt.Tokens is not { } tokens)
            {
                return new StartResult(null, prompt.Failure);
            }

            ITokenConstraintFactory? constraint = prompt.Constraint;
            if (constraint is null && parameters.OutputFormat is { } format)
            {
                (constraint, failure) = await CompileFormatAsync(format, cancellationToken).ConfigureAwait(false);
            }

            return failure is null
                ? new StartResult(Engine.Submit(CreateRequest(parameters, tokens, constraint, prompt), place), null)
                : new StartResult(null, failure);
        }
    }

    /// <summary>
    /// Counts the tokens of a prompt without generating: steps 1 to 3 of <see cref="StartAsync"/>, after which the place is given back.
    /// </summary>
    /// <param name="principal">Name of the caller's key.</param>
    /// <param name="createPrompt">Makes the prompt.</param>
    /// <param name="cancellationToken">Client gone.</param>
    public async ValueTask<(int? Tokens, EngineFailure? Failure)> CountAsync(string principal, PromptFactory createPrompt, CancellationToken cancellationToken)
    {
        EngineFailure? failure = await WaitUntilLoadedAsync(principal, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return (null, failure);
        }

        PromptResult prompt = await createPrompt().ConfigureAwait(false);
        return (prompt.Tokens?.Length, prompt.Failure);
    }

    /// <summary>Steps 1 and 2 of <see cref="StartAsync"/>, after which the place is given back. Null when the model is loaded.</summary>
    /// <param name="principal">Name of the caller's key.</param>
    /// <param name="cancellationToken">Client gone.</param>
    public async ValueTask<EngineFailure?> WaitUntilLoadedAsync(string principal, CancellationToken cancellationToken)
    {
        (QueuePlace? place, EngineFailure? failure) = TryEnter(principal, choices: 1);
        using (place)
        {
            return failure ?? await Engine.WaitUntilLoadedAsync(place!, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tokenises text, unless its length alone says that it cannot fit. Text that spells a control token stays text.
    /// </summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="addSpecial">Whether the tokens that the model expects around a text are put around it.</param>
    /// <param name="param">Request field to blame for a text that is too long.</param>
    public (int[]? Prompt, EngineFailure? Failure) Tokenize(ReadOnlySpan<byte> text, bool addSpecial, string param)
    {
        return FindOverlong(text.Length, param) is { } failure
            ? (null, failure)
            : Check(Engine.Vocabulary.Tokenize(text, addSpecial, parseSpecial: false), param);
    }

    /// <summary>
    /// The failure of a text that cannot fit, by its length alone: no token is longer than the longest one, so it need not be tokenised
    /// to know it. Null when it may fit.
    /// </summary>
    /// <param name="bytes">Bytes of UTF-8.</param>
    /// <param name="param">Request field to blame.</param>
    public EngineFailure? FindOverlong(long bytes, string param)
    {
        int contextLength = Engine.ContextLength;
        if (bytes <= contextLength)
        {
            return null; // without a look at the vocabulary
        }

        int longest = Engine.Vocabulary.LongestTokenBytes;
        return bytes > (long)contextLength * longest
            ? EngineFailures.ContextExceeded($"at least {FormatCount((int)Math.Min(int.MaxValue, bytes / longest))}", contextLength, param)
            : null;
    }

    /// <summary>Checks a prompt's tokens: inside the vocabulary, at least one, and room for an answer in the context.</summary>
    /// <param name="prompt">The tokens.</param>
    /// <param name="param">Request field to blame.</param>
    /// <param name="room">Tokens that must be left for the answer, at least 1.</param>
    public (int[]? Prompt, EngineFailure? Failure) Check(int[] prompt, string param, int room = 1)
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

        return prompt.Length <= Engine.ContextLength - Math.Max(1, room)
            ? (prompt, null)
            : (null, EngineFailures.ContextExceeded(FormatCount(prompt.Length), Engine.ContextLength, param));
    }

    // Step 1.
    private (QueuePlace? Place, EngineFailure? Failure) TryEnter(string principal, int choices) => Model.Capabilities.HasFlag(ModelCapabilities.TextGeneration)
        ? Engine.TryEnter(principal, choices)
        : (null, new EngineFailure(EngineFailureCode.NotSupported, $"The loaded model {Model.Id} cannot generate text."));

    private ValueTask<(ITokenConstraintFactory? Constraint, EngineFailure? Failure)> CompileFormatAsync(OutputFormat format, CancellationToken cancellationToken) =>
        constraints?.CompileAsync(format, Engine.Vocabulary, Engine.ContextLength, cancellationToken)
        ?? ValueTask.FromResult<(ITokenConstraintFactory?, EngineFailure?)>(
            (null, new EngineFailure(EngineFailureCode.NotSupported, $"'{format.Param}' cannot be honoured: this server holds no answer to a format.", format.Param)));

    private static string FormatCount(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private GenerationRequest CreateRequest(
        GenerationParameters parameters, int[] tokens, ITokenConstraintFactory? constraint, in PromptResult prompt) => new()
    {
        Prompt = tokens,
        MaxTokens = Math.Min(parameters.MaxTokens ?? int.MaxValue, Engine.ContextLength - tokens.Length),
        Sampling = _tokens.AddBreakers(parameters.Sampling, parameters.DrySequenceBreakers, Engine.Vocabulary),
        StopStrings = [.. parameters.StopStrings.Select(Encoding.UTF8.GetBytes)],
        IncludeStopString = parameters.IncludeStopString,
        StopScope = prompt.StopScope,
        StopTokens = parameters.StopTokens,
        MinTokens = parameters.MinTokens,
        AllowedTokens = parameters.AllowedTokens is { } allowed ? TokenMask.Of(allowed, Engine.Vocabulary.Count) : null,
        BannedSequences = TokenLists.FindWords(parameters.BadWords, Engine.Vocabulary),
        VisibleTokens = prompt.VisibleTokens,
        ShowControlTokens = parameters.ShowControlTokens,
        IgnoreEndOfGeneration = parameters.IgnoreEndOfGeneration,
        Choices = parameters.Choices,
        ScoreChoices = parameters.ScoreChoices,
        Constraint = constraint,
        TopLogProbabilities = parameters.TopLogProbabilities,
        ReportTokens = parameters.ReportTokens,
        ScorePrompt = parameters.ScorePrompt,
        Speculate = parameters.Speculate,
        CachePrompt = parameters.CachePrompt,
        Principal = parameters.Principal,
    };
}
