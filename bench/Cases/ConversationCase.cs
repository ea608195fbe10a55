using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>A conversation that grows: each turn sends all that came before.</summary>
internal sealed class ConversationCase : BenchCase
{
    private const int Turns = 10;
    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 2048);

    /// <inheritdoc/>
    public override string Name => "f";

    /// <inheritdoc/>
    public override string Title => "one conversation of 10 turns: 256-token system prompt, 40-token questions, 32-token answers";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachServerAsync(Shape, async session =>
    {
        var messages = new List<(string Role, string Content)> { ("system", session.Prompts.MakeText(256)) };
        StreamResult? before = null;
        for (int turn = 1; turn <= Turns; turn++)
        {
            messages.Add(("user", session.Prompts.MakeText(40)));
            StreamResult answer = await session.Client.ChatAsync(messages, 32, keepText: true);
            messages.Add(("assistant", answer.Text));
            if (turn == 2)
            {
                round.Add(Metrics.Turn2, session.Engine, answer.TimeToFirstTokenMilliseconds);
            }

            if (turn == Turns)
            {
                // The answer's last token was drawn but never decoded, so one old token is always computed in the next turn.
                int fresh = answer.PromptTokens - before!.PromptTokens - before.CompletionTokens + 1;
                round.Add(Metrics.Turn10, session.Engine, answer.TimeToFirstTokenMilliseconds);
                round.Add(Metrics.Excess, session.Engine, answer.PromptTokens - answer.CachedTokens - fresh);
            }

            before = answer;
        }
    });
}
