using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Answers;

/// <summary>Log probabilities of a chat answer or of one of its chunks.</summary>
internal sealed class ChatLogProbabilities
{
    [JsonPropertyName("content")]
    public required IReadOnlyList<ChatTokenLogProbability> Content { get; init; }

    /// <summary>Always null; the schema requires the key.</summary>
    [JsonPropertyName("refusal")]
    public IReadOnlyList<ChatTokenLogProbability>? Refusal { get; init; }

    /// <summary>The wire form of the engine's reports.</summary>
    public static ChatLogProbabilities From(IEnumerable<TokenReport> reports, IVocabulary vocabulary) => new()
    {
        Content =
        [
            .. reports.Select(report => new ChatTokenLogProbability
            {
                Token = TokenNames.Name(report.Token.Token, vocabulary),
                LogProbability = TokenNames.ToWire(report.Token.LogProbability),
                Bytes = TokenNames.Bytes(report.Token.Token, vocabulary),
                Top = [.. report.Top.Select(other => Alternative(other, vocabulary))],
            }),
        ],
    };

    private static ChatTopLogProbability Alternative(TokenLogProbability token, IVocabulary vocabulary) => new()
    {
        Token = TokenNames.Name(token.Token, vocabulary),
        LogProbability = TokenNames.ToWire(token.LogProbability),
        Bytes = TokenNames.Bytes(token.Token, vocabulary),
    };
}

/// <summary>One token of the answer.</summary>
internal sealed class ChatTokenLogProbability
{
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("logprob")]
    public required double LogProbability { get; init; }

    /// <summary>UTF-8 bytes: a token may be a part of a character, of which <see cref="Token"/> shows nothing.</summary>
    [JsonPropertyName("bytes")]
    public required IReadOnlyList<int> Bytes { get; init; }

    [JsonPropertyName("top_logprobs")]
    public required IReadOnlyList<ChatTopLogProbability> Top { get; init; }
}

/// <summary>A token that could have come in the place of another.</summary>
internal sealed class ChatTopLogProbability
{
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("logprob")]
    public required double LogProbability { get; init; }

    [JsonPropertyName("bytes")]
    public required IReadOnlyList<int> Bytes { get; init; }
}
