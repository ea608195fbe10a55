using System.Threading.Channels;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>Several generations as one: for a request with several prompts.</summary>
internal static class GenerationGroup
{
    /// <summary>Events between the generations and the reader; beyond, each generation's own buffer fills up and pauses it. Ours.</summary>
    private const int Buffer = 64;

    /// <summary>Joins generations; their events come in their own order, interleaved with the others'.</summary>
    /// <param name="generations">At least one; disposing of the result disposes of them all.</param>
    /// <param name="choices">Choices of each: choice c of generation g becomes choice g × choices + c, of prompt g.</param>
    /// <returns>A generation that completes when all have, or with the first failure, which ends the others.</returns>
    public static Generation Join(IReadOnlyList<Generation> generations, int choices)
    {
        Channel<GenerationEvent> joined = Channel.CreateBounded<GenerationEvent>(Buffer);
        _ = CompleteAsync(Task.WhenAll(generations.Select((generation, index) => PumpAsync(generation, index, choices, joined.Writer))), joined.Writer);
        return new Generation(generations.Sum(generation => generation.PromptTokens), joined.Reader, End);

        void End()
        {
            foreach (Generation generation in generations)
            {
                generation.Dispose();
            }

            joined.Writer.TryComplete();
        }
    }

    private static async Task PumpAsync(Generation generation, int index, int choices, ChannelWriter<GenerationEvent> joined)
    {
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync().ConfigureAwait(false))
        {
            await joined.WriteAsync(item with { Choice = (index * choices) + item.Choice, Prompt = index }).ConfigureAwait(false);
            if (item.Kind == GenerationEventKind.Failed)
            {
                joined.TryComplete();
            }
        }
    }

    // The pumps end with their generations, or because the reader's end or a failure has completed the channel.
    private static async Task CompleteAsync(Task pumps, ChannelWriter<GenerationEvent> joined)
    {
        await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        joined.TryComplete();
    }
}
