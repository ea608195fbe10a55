using System.Text;
using MistralServe.Inference.Native;

namespace MistralServe.Bench.Load;

/// <summary>
/// Makes prompts of exact lengths out of random words. The same seed makes the same prompts, so that every engine of a round
/// gets what the others get, and no two rounds share a prefix. One thread only.
/// </summary>
internal sealed class PromptSource(LlamaVocabulary vocabulary, int seed)
{
    private static readonly string[] Words =
        ("river mountain house garden window morning winter summer city country letter paper table kitchen music story number question answer "
        + "animal horse bird tree forest island ocean boat bridge street market doctor teacher student friend mother father brother sister child "
        + "water fire stone metal glass light shadow color green yellow white black small large young old early late never always often "
        + "walk run speak listen write read open close begin finish carry build break buy sell send receive remember forget believe think know "
        + "round square heavy quick slow quiet loud warm cold simple strange true false first second third last left right north south east west")
        .Split(' ');

    private readonly Random _random = new(seed);

    /// <summary>A prompt of exactly <paramref name="count"/> tokens, without BOS.</summary>
    public int[] MakeTokens(int count)
    {
        var text = new StringBuilder();
        while (true)
        {
            // A word is at least one token in most vocabularies; where some share one, the next round of the loop adds more.
            for (int i = 0; i < count; i++)
            {
                text.Append(text.Length == 0 ? "" : " ").Append(Words[_random.Next(Words.Length)]);
            }

            int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(text.ToString()), addSpecial: false, parseSpecial: false);
            if (tokens.Length >= count)
            {
                return tokens[..count];
            }
        }
    }

    /// <summary>A text of about <paramref name="count"/> tokens (exactly so many before a chat template is put around it).</summary>
    public string MakeText(int count)
    {
        var bytes = new List<byte>();
        foreach (int token in MakeTokens(count))
        {
            bytes.AddRange(vocabulary.GetBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]).Trim();
    }
}
