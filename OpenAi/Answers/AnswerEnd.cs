using System.Diagnostics.CodeAnalysis;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>How a choice ends: with a finish reason of OpenAI's list, or with an error that ends the whole answer.</summary>
internal readonly record struct AnswerEnd(string? WireReason, ApiError? Error)
{
    /// <summary>True when the choice is whole.</summary>
    [MemberNotNullWhen(true, nameof(WireReason))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsWhole => Error is null;

    /// <summary>For an engine that closes its channel before every choice has its last event.</summary>
    public static AnswerEnd Broken { get; } = From(AnswerCollector.Broken);

    /// <summary>Reads a <see cref="GenerationEventKind.Finished"/> or <see cref="GenerationEventKind.Failed"/> event.</summary>
    public static AnswerEnd From(in GenerationEvent last) => last switch
    {
        { Kind: GenerationEventKind.Failed, Failure: { } failure } => From(failure),
        { Kind: GenerationEventKind.Finished } => From(last.FinishReason),
        _ => Broken,
    };

    /// <summary>The end of a choice that has a finish reason.</summary>
    public static AnswerEnd From(FinishReason reason) => reason switch
    {
        FinishReason.EndOfGeneration or FinishReason.StopString => new("stop", null),
        FinishReason.Length => new("length", null),

        // Cancelled while the client still listens: the server did it. OpenAI has no word for that, and clients throw on others.
        FinishReason.Cancelled => From(new EngineFailure(EngineFailureCode.EngineFault, "The server cancelled the generation.")),
        _ => Broken,
    };

    /// <summary>The end of a request that failed.</summary>
    public static AnswerEnd From(EngineFailure failure) => new(null, EngineErrors.ToApiError(failure));
}
