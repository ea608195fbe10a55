using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Responses;

/// <summary>A validated request for a response. Refers to no JSON of the request. Built only by <see cref="ResponseRequestValidator"/>.</summary>
internal sealed class ResponseCall
{
    /// <summary>What to generate.</summary>
    public required ChatGeneration Generation { get; init; }

    /// <summary>The response before anything was generated; its status is <c>in_progress</c>, its token counts are 0.</summary>
    public required ResponseObject Template { get; init; }

    /// <summary>Items of the request's own input.</summary>
    public required IReadOnlyList<ResponseItem> Input { get; init; }

    /// <summary>The whole conversation: that of the previous response, then <see cref="Input"/>.</summary>
    public required IReadOnlyList<ResponseItem> Context { get; init; }

    /// <summary>Bytes that the conversation of the previous response counts in the store.</summary>
    public required long PreviousBytes { get; init; }

    /// <summary>Whether to answer with server-sent events.</summary>
    public required bool Stream { get; init; }

    /// <summary>Longest silence of the events.</summary>
    public required TimeSpan KeepAliveInterval { get; init; }

    /// <summary>Whether text is shown with log probabilities.</summary>
    public required bool ShowsLogProbabilities { get; init; }
}
