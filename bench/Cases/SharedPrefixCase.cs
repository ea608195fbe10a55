using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Clients that arrive together with the same new system prompt: it need be computed only once.</summary>
internal sealed class SharedPrefixCase : BenchCase
{
    private const int Clients = 8;
    private static readonly ServerShape Shape = new(Clients, RoomTokens: 2048);

    /// <inheritdoc/>
    public override string Name => "e";

    /// <inheritdoc/>
    public override string Title => "8 clients at once with one new 1,000-token system prompt, 24-token questions";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachServerAsync(Shape, async session =>
    {
        string system = session.Prompts.MakeText(1000);
        string[] questions = [.. Enumerable.Range(0, Clients).Select(_ => session.Prompts.MakeText(24))];
        StreamResult[] answers = await Task.WhenAll(questions.Select(question => session.Client.ChatAsync([("system", system), ("user", question)], 16)));
        round.Add(Metrics.MeanFirst, session.Engine, answers.Average(answer => answer.TimeToFirstTokenMilliseconds));
        round.Add(Metrics.WorstFirst, session.Engine, answers.Max(answer => answer.TimeToFirstTokenMilliseconds));
    });
}
