using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>
/// Tokens of a JSON string against free ones, in pairs on the same server with the same prompt, without speculation. The schema is a
/// string so long that every token after its opening quote is sampled inside it: none is forced, and none ends it. Then the time of the
/// masks alone, over walks through a record. On the model and on the one with a large vocabulary.
/// </summary>
internal sealed class ConstraintCase : BenchCase
{
    private const int PromptTokens = 64;
    private const int DecodeTokens = 128;
    private const int Pairs = 4;

    // More characters than the tokens have, and below what llama.cpp's grammars may repeat (2,000).
    private const string Schema = """{"type":"string","minLength":1900}""";

    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 1024);

    /// <inheritdoc/>
    public override string Name => "m";

    /// <inheritdoc/>
    public override string Title => "128 tokens inside a JSON string against 128 free ones; time of a mask";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await MeasureAsync(round, round.Options.Model, Metrics.ConstrainedShare, Metrics.ConstrainedToken, Metrics.FreeToken, Metrics.MaskMedian, Metrics.MaskWorst);
        if (round.Options.VocabularyModel is { } large)
        {
            await MeasureAsync(
                round, large, Metrics.ConstrainedShareLarge, Metrics.ConstrainedTokenLarge, Metrics.FreeTokenLarge, Metrics.MaskMedianLarge, Metrics.MaskWorstLarge);
        }
    }

    private static async Task MeasureAsync(Round round, string model, string share, string constrained, string free, string maskMedian, string maskWorst)
    {
        await round.ForEachServerAsync(Shape, model, async session =>
        {
            // The first constrained request compiles the schema, and with it what the vocabulary needs.
            await CompleteAsync(session, session.Prompts.MakeTokens(PromptTokens), isConstrained: true);
            var freeTimes = new List<double>();
            var constrainedTimes = new List<double>();
            for (int pair = 0; pair < Pairs; pair++)
            {
                int[] prompt = session.Prompts.MakeTokens(PromptTokens);
                bool constrainedFirst = pair % 2 == 0;
                foreach (bool isConstrained in (bool[])[constrainedFirst, !constrainedFirst])
                {
                    StreamResult answer = await CompleteAsync(session, prompt, isConstrained);
                    (isConstrained ? constrainedTimes : freeTimes).Add(1000 / answer.DecodeTokensPerSecond);
                }
            }

            round.Add(free, session.Engine, Report.Statistics.Median(freeTimes));
            round.Add(constrained, session.Engine, Report.Statistics.Median(constrainedTimes));
            round.Add(share, session.Engine, Report.Statistics.Median([.. freeTimes.Zip(constrainedTimes, (one, other) => one / other)]));
        });
        if (await round.RunMasksAsync(model) is { } masks)
        {
            round.Add(maskMedian, EngineNames.Mistralserve, masks.MedianMilliseconds);
            round.Add(maskWorst, EngineNames.Mistralserve, masks.WorstMilliseconds);
        }
    }

    private static Task<StreamResult> CompleteAsync(ServerSession session, int[] prompt, bool isConstrained) =>
        session.Client.CompleteAsync(prompt, DecodeTokens, json =>
        {
            json.WriteBoolean("speculative", false);
            if (isConstrained)
            {
                json.WritePropertyName("json_schema");
                json.WriteRawValue(Schema);
            }
        });
}
