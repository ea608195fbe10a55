using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>A running answer to a conversation, with what reads it.</summary>
/// <param name="Generation">The engine's events; one choice.</param>
/// <param name="CreateParser">Makes what splits the text into its parts.</param>
/// <param name="Vocabulary">Names reported tokens.</param>
internal sealed record ChatStart(Generation Generation, Func<IChatOutputParser> CreateParser, IVocabulary Vocabulary)
{
    /// <inheritdoc cref="ChatRun.UnenforcedKeywords"/>
    public IReadOnlyList<string> UnenforcedKeywords { get; init; } = [];
}

/// <summary>Starts and counts conversations for the endpoints whose answers are made of items or blocks.</summary>
internal static class ChatStarts
{
    /// <summary>Starts an answer, or says why there is none.</summary>
    public static async ValueTask<(ChatStart? Start, EngineFailure? Failure)> BeginAsync(
        this ChatService chat, ChatGeneration request, CancellationToken cancellationToken)
    {
        ChatStartResult result = await chat.StartAsync(request, cancellationToken);
        return result.Run is { } run
            ? (new ChatStart(run.Generation, run.CreateParser, chat.Vocabulary) { UnenforcedKeywords = run.UnenforcedKeywords }, null)
            : (null, result.Failure);
    }
}
