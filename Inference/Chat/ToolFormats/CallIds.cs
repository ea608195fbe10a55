using System.Security.Cryptography;
using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>Ids of calls. Stateless.</summary>
internal static class CallIds
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int MistralLength = 9;

    /// <summary>A made-up id: <c>call_</c> and 128 random bits; openai.md, section 3, asks for at least 96.</summary>
    public static string Create() => "call_" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The id as a template accepts it; an id that it accepts already stays.</summary>
    public static string Adapt(string id, CallIdRule rule)
    {
        if (rule != CallIdRule.NineCharacters || (id.Length == MistralLength && id.All(char.IsAsciiLetterOrDigit)))
        {
            return id;
        }

        // Calls and results are adapted apart, so the same id has to give the same nine characters.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Concat(Sequence.Range(0, MistralLength).Select(i => Alphabet[hash[i] % Alphabet.Length]));
    }
}
