using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Answers;

/// <summary>What an answer tells beside its text, as the request asked for it.</summary>
internal sealed class AnswerExtras
{
    /// <summary>Log probabilities of the tokens.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>Ids of the tokens.</summary>
    public bool TokenIds { get; init; }

    /// <summary>Counts and speed.</summary>
    public bool Timings { get; init; }

    /// <summary>In a stream, how much of the prompt is computed.</summary>
    public bool Progress { get; init; }

    /// <summary>The service tier, which is told when the request named one.</summary>
    public bool ServiceTier { get; init; }

    /// <summary>Longest silence of a stream.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = EventStream.KeepAliveInterval;

    /// <summary>What a request asks for.</summary>
    /// <param name="fields">Its shared fields.</param>
    /// <param name="logProbabilities">Whether log probabilities were asked for, by whatever field.</param>
    public static AnswerExtras From(GenerationFields fields, bool logProbabilities) => new()
    {
        LogProbabilities = logProbabilities,
        TokenIds = fields.ReturnTokens ?? false,
        Timings = fields.TimingsPerToken ?? false,
        Progress = fields.ReturnProgress ?? false,
        ServiceTier = fields.ServiceTier is not null,
        KeepAliveInterval = EventStream.IntervalOf(fields),
    };
}
