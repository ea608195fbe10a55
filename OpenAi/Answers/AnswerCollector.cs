using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Is told of a generation while it is collected: parts of the prompt, and text.</summary>
/// <param name="item">The event.</param>
/// <param name="content">What the event added to the content of its choice: whole characters of UTF-8, perhaps none. Valid during the call.</param>
internal delegate void AnswerWatch(in GenerationEvent item, ReadOnlySpan<byte> content);

/// <summary>
/// Reads a generation to its end, whose choices come interleaved. Both protocols collect their unstreamed answers with it.
/// </summary>
internal static class AnswerCollector
{
    /// <summary>The failure of an engine that closes its channel before every choice has its last event.</summary>
    public static EngineFailure Broken { get; } = new(EngineFailureCode.EngineFault, "The generation ended without a result.");

    /// <summary>Collects all choices. Request thread.</summary>
    /// <param name="generation">The running generation; the caller disposes of it.</param>
    /// <param name="choices">How many choices the request asked for.</param>
    /// <param name="createParser">Makes the parser of each choice.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <param name="watch">Told of progress; null tells nobody.</param>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public static async ValueTask<CollectedAnswer> CollectAsync(
        Generation generation, int choices, Func<IChatOutputParser> createParser, CancellationToken cancellationToken, AnswerWatch? watch = null)
    {
        var collectors = new ChoiceCollector?[choices];
        var done = new CollectedChoice[choices];
        var prompts = new Dictionary<int, IReadOnlyList<TokenReport>>();
        var usage = new UsageTotal();
        int running = choices;
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (item.Kind)
            {
                case GenerationEventKind.PromptScored:
                    prompts[item.Prompt] = item.Tokens ?? [];
                    break;
                case GenerationEventKind.Text:
                    ChoiceCollector growing = collectors[item.Choice] ??= new ChoiceCollector(createParser());
                    int before = growing.Content.Length;
                    growing.Read(item);
                    watch?.Invoke(item, growing.Content[before..]);
                    break;
                case GenerationEventKind.PromptProgress:
                    watch?.Invoke(item, default);
                    break;
                case GenerationEventKind.Finished:
                    ChoiceCollector collector = collectors[item.Choice] ?? new ChoiceCollector(createParser());
                    collector.Read(item);
                    done[item.Choice] = collector.Finish(item);
                    usage.Add(item.Usage, item.Prompt);
                    if (--running == 0)
                    {
                        return new CollectedAnswer(done, usage.Value, null) { PromptTokens = prompts };
                    }

                    break;
                case GenerationEventKind.Failed:
                    return new CollectedAnswer([], usage.Value, item.Failure ?? Broken);
            }
        }

        return new CollectedAnswer([], usage.Value, Broken);
    }
}
