using System.Globalization;
using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>
/// The way from a conversation to a running generation, the same for both protocols. Any thread.
/// </summary>
internal sealed class ChatService(ModelDescription model, InferenceEngine engine, Func<ChatFormat?> format)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model { get; } = model;

    /// <summary>
    /// Starts a generation:
    /// 1. take a place in the queue, or refuse at once;
    /// 2. wait for the model if it is still loading, within the queue's limit;
    /// 3. render and tokenise the prompt, check it against the context;
    /// 4. hand it to the engine.
    /// </summary>
    /// <param name="request">The validated request.</param>
    /// <param name="cancellationToken">Client gone: the place is given back and <see cref="OperationCanceledException"/> thrown. After the start, dispose the generation instead.</param>
    public async ValueTask<StartResult> StartAsync(ChatGeneration request, CancellationToken cancellationToken)
    {
        if (!Model.Capabilities.HasFlag(ModelCapabilities.TextGeneration))
        {
            return Refuse(EngineFailureCode.NotSupported, $"The loaded model {Model.Id} cannot chat; it is no text generation model.");
        }

        (QueuePlace? place, EngineFailure? failure) = engine.TryEnter();
        if (place is null)
        {
            return new StartResult(null, failure);
        }

        using (place)
        {
            failure = await engine.WaitUntilLoadedAsync(place, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                return new StartResult(null, failure);
            }

            (int[]? prompt, failure) = CreatePrompt(request);
            if (prompt is null)
            {
                return new StartResult(null, failure);
            }

            return new StartResult(Submit(request, prompt, place), null);
        }
    }

    private static StartResult Refuse(EngineFailureCode code, string message) => new(null, new EngineFailure(code, message));

    private Generation Submit(ChatGeneration request, int[] prompt, QueuePlace place) =>
        engine.Submit(
            new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = Math.Min(request.MaxTokens ?? int.MaxValue, engine.ContextLength - prompt.Length),
                Sampling = request.Sampling,
                StopStrings = [.. request.StopStrings.Select(Encoding.UTF8.GetBytes)],
                IgnoreEndOfGeneration = request.IgnoreEndOfGeneration,
                Principal = request.Principal,
            },
            place);

    private (int[]? Prompt, EngineFailure? Failure) CreatePrompt(ChatGeneration request)
    {
        if (format() is not { } chatFormat)
        {
            return (null, new EngineFailure(EngineFailureCode.NoChatTemplate, $"The model {Model.Id} has no chat template. Start the server with --chat-template.", "messages"));
        }

        if (chatFormat.Render(request.Messages) is not { } text)
        {
            return (null, new EngineFailure(EngineFailureCode.InvalidRequest, $"The chat format {chatFormat.Name} cannot express these messages.", "messages"));
        }

        // No token is longer than the longest one: a text beyond this cannot fit, and need not be tokenised to know it.
        IVocabulary vocabulary = engine.Vocabulary;
        int contextLength = engine.ContextLength;
        if (text.Length > contextLength && text.Length > (long)contextLength * vocabulary.LongestTokenBytes)
        {
            long atLeast = text.Length / vocabulary.LongestTokenBytes;
            return (null, EngineFailures.ContextExceeded($"at least {atLeast.ToString("N0", CultureInfo.InvariantCulture)}", contextLength));
        }

        int[] prompt = vocabulary.Tokenize(text, addSpecial: true, parseSpecial: true);
        return prompt.Length < contextLength
            ? (prompt, null)
            : (null, EngineFailures.ContextExceeded(prompt.Length.ToString("N0", CultureInfo.InvariantCulture), contextLength));
    }
}
