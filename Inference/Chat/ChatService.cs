using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>From a conversation to a running generation, the same for both protocols. Any thread.</summary>
internal sealed class ChatService(GenerationStarter starter, Func<ChatFormat?> format)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model => starter.Model;

    /// <summary>The loaded model's vocabulary; only once a generation was started.</summary>
    public IVocabulary Vocabulary => starter.Engine.Vocabulary;

    /// <summary>
    /// Renders and tokenises the conversation and starts the generation (<see cref="GenerationStarter.StartAsync"/>).
    /// </summary>
    public async ValueTask<ChatStartResult> StartAsync(ChatGeneration request, CancellationToken cancellationToken)
    {
        StartResult result = await starter.StartAsync(request, () => CreatePrompt(request), cancellationToken).ConfigureAwait(false);
        return result.Generation is { } generation
            ? new ChatStartResult(new ChatRun(generation, static () => new PlainTextParser()), null)
            : new ChatStartResult(null, result.Failure);
    }

    /// <summary>
    /// Counts the tokens of a conversation's prompt (<see cref="GenerationStarter.CountAsync"/>).
    /// </summary>
    public ValueTask<(int? Tokens, EngineFailure? Failure)> CountAsync(ChatGeneration request, CancellationToken cancellationToken) =>
        starter.CountAsync(() => CreatePrompt(request), cancellationToken);

    private (int[]? Prompt, EngineFailure? Failure) CreatePrompt(ChatGeneration request)
    {
        const string Param = "messages";
        if (format() is not { } chatFormat)
        {
            return (null, new EngineFailure(EngineFailureCode.NoChatTemplate, $"The model {Model.Id} has no chat template. Start the server with --chat-template.", Param));
        }

        return chatFormat.Render(request.Messages) is { } text
            ? starter.Tokenize(text, parseSpecial: true, Param)
            : (null, new EngineFailure(EngineFailureCode.InvalidRequest, $"The chat format {chatFormat.Name} cannot express these messages.", Param));
    }
}
