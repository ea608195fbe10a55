using System.Buffers;
using System.Text;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

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
    /// <param name="cancellationToken">The client is gone.</param>
    /// <param name="watch">Told every event; null tells nobody.</param>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public static async ValueTask<CollectedAnswer> CollectAsync(Generation generation, int choices, CancellationToken cancellationToken, Action<GenerationEvent>? watch = null)
    {
        var texts = new ArrayBufferWriter<byte>?[choices];
        var done = new CollectedChoice[choices];
        var reports = new List<TokenReport>?[choices];
        var prompts = new Dictionary<int, IReadOnlyList<TokenReport>>();
        var usage = new UsageTotal();
        int running = choices;
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            watch?.Invoke(item);
            if (item.Tokens is { } tokens && item.Kind != GenerationEventKind.PromptScored)
            {
                (reports[item.Choice] ??= []).AddRange(tokens);
            }

            switch (item.Kind)
            {
                case GenerationEventKind.PromptScored:
                    prompts[item.Prompt] = item.Tokens ?? [];
                    break;
                case GenerationEventKind.Text:
                    (texts[item.Choice] ??= new ArrayBufferWriter<byte>()).Write(item.Text.Span);
                    break;
                case GenerationEventKind.Finished:
                    string text = texts[item.Choice] is { } written ? Encoding.UTF8.GetString(written.WrittenSpan) : "";
                    done[item.Choice] = new CollectedChoice(text, item.FinishReason, item.Usage, item.LogProbability)
                    {
                        Tokens = reports[item.Choice] ?? [],
                        Times = item.Times,
                    };
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
