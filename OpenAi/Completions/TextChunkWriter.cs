using System.Text;
using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>The chunks of a streamed text completion: the prompt if it is echoed, pieces of the text, then an empty one with the finish reason.</summary>
internal sealed class TextChunkWriter(SseWriter events, AnswerIdentity identity, CompletionPlan plan, IVocabulary vocabulary)
    : AnswerChunkWriter(events, identity, TextCompletion.ObjectName, plan.IncludeUsage)
{
    /// <inheritdoc/>
    public override void Note(in GenerationEvent item)
    {
        base.Note(item);
        if (item is { Kind: GenerationEventKind.PromptScored, Tokens: { } tokens })
        {
            string text = TokenNames.Join(tokens.Select(report => report.Token.Token), vocabulary);
            Write(item.Choice, Encoding.UTF8.GetBytes(text), finishReason: null);
        }
    }

    /// <summary>The prompt, if it is echoed without log probabilities; those come later.</summary>
    public override void WriteStart(int choice)
    {
        if (plan.Echo && !plan.ScoresPrompt)
        {
            Write(choice, Encoding.UTF8.GetBytes(plan.GetPromptText(choice / plan.Returned, vocabulary)), finishReason: null);
        }
    }

    /// <inheritdoc/>
    public override void WriteText(int choice, ReadOnlySpan<byte> text) => Write(choice, text, finishReason: null);

    /// <inheritdoc/>
    public override void WriteFinish(int choice, string finishReason) => Write(choice, ""u8, finishReason);

    private void Write(int choice, ReadOnlySpan<byte> text, string? finishReason)
    {
        Utf8JsonWriter json = BeginChoice(choice);
        json.WriteString("text"u8, text);
        EndChoice(json, finishReason);
    }
}
