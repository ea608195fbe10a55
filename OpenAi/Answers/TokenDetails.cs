using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// What the chunks of a stream tell of their tokens. Reports wait here until a chunk of their choice is written, so that none is lost
/// when an event gives no chunk of its own. One loop owns it.
/// </summary>
/// <param name="extras">What was asked for.</param>
/// <param name="vocabulary">The model's.</param>
/// <param name="isChat">Whether log probabilities have the form of chat answers; else that of text completions.</param>
internal sealed class TokenDetails(AnswerExtras extras, IVocabulary vocabulary, bool isChat)
{
    private readonly Dictionary<int, List<TokenReport>> _waiting = [];
    private readonly Dictionary<int, int> _offsets = [];

    /// <summary>What a request asks for; null when it is nothing that chunks tell.</summary>
    public static TokenDetails? Create(AnswerExtras extras, IVocabulary vocabulary, bool isChat) =>
        extras.LogProbabilities || extras.TokenIds ? new TokenDetails(extras, vocabulary, isChat) : null;

    /// <summary>Takes reports for the next chunk of a choice.</summary>
    public void Add(int choice, IReadOnlyList<TokenReport>? reports)
    {
        if (reports is null)
        {
            return;
        }

        if (!_waiting.TryGetValue(choice, out List<TokenReport>? list))
        {
            _waiting.Add(choice, list = []);
        }

        list.AddRange(reports);
    }

    /// <summary>Writes what a chunk of a choice has of its tokens, and forgets it. Null when none wait.</summary>
    /// <param name="json">Inside the choice's object.</param>
    /// <param name="choice">Index of the choice.</param>
    public void Write(Utf8JsonWriter json, int choice)
    {
        List<TokenReport>? reports = _waiting.GetValueOrDefault(choice);
        bool hasAny = reports is { Count: > 0 };
        json.WritePropertyName("logprobs"u8);
        if (!extras.LogProbabilities || !hasAny)
        {
            json.WriteNullValue();
        }
        else if (isChat)
        {
            JsonSerializer.Serialize(json, ChatLogProbabilities.From(reports!, vocabulary), OpenAiJsonContext.Default.ChatLogProbabilities);
        }
        else
        {
            int offset = _offsets.GetValueOrDefault(choice);
            JsonSerializer.Serialize(json, TextLogProbabilities.From(reports!, vocabulary, ref offset), OpenAiJsonContext.Default.TextLogProbabilities);
            _offsets[choice] = offset;
        }

        if (extras.TokenIds)
        {
            json.WriteStartArray("tokens"u8);
            reports?.ForEach(report => json.WriteNumberValue(report.Token.Token));
            json.WriteEndArray();
        }

        reports?.Clear();
    }
}
