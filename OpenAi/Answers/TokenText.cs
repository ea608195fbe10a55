using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;
using MistralServe.OpenAi.Responses;

namespace MistralServe.OpenAi.Answers;

/// <summary>Shows reported tokens with their text. Any thread.</summary>
/// <param name="getName">Bytes of a token, see <see cref="IVocabulary.GetName"/>.</param>
internal sealed class TokenText(Func<int, byte[]> getName)
{
    /// <summary>Stands for a probability of zero, which JSON has no logarithm of. Source: the value that OpenAI's service sends.</summary>
    private const double Impossible = -9999.0;

    /// <summary>The wire form of a report.</summary>
    public ResponseLogProbability Show(TokenReport report)
    {
        byte[] bytes = getName(report.Token.Token);
        return new ResponseLogProbability
        {
            Token = Encoding.UTF8.GetString(bytes),
            LogProbability = Finite(report.Token.LogProbability),
            Bytes = [.. bytes.Select(value => (int)value)],
            Top = [.. report.Top.Select(ShowTop)],
        };
    }

    private ResponseTopLogProbability ShowTop(TokenLogProbability token)
    {
        byte[] bytes = getName(token.Token);
        return new ResponseTopLogProbability
        {
            Token = Encoding.UTF8.GetString(bytes), LogProbability = Finite(token.LogProbability), Bytes = [.. bytes.Select(value => (int)value)],
        };
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : Impossible;
}
