using System.Diagnostics.CodeAnalysis;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Chat;

/// <summary>How the last event of a generation ends the answer: with a finish reason of OpenAI's list, or with an error.</summary>
internal readonly record struct AnswerEnd(string? WireReason, ApiError? Error)
{
    /// <summary>True when the answer is whole.</summary>
    [MemberNotNullWhen(true, nameof(WireReason))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsWhole => Error is null;

    /// <summary>For an engine that closes its channel without a last event.</summary>
    public static AnswerEnd Broken { get; } =
        Failed(new EngineFailure(EngineFailureCode.EngineFault, "The generation ended without a result."));

    /// <summary>Reads a <see cref="GenerationEventKind.Finished"/> or <see cref="GenerationEventKind.Failed"/> event.</summary>
    public static AnswerEnd From(in GenerationEvent last) => last switch
    {
        { Kind: GenerationEventKind.Failed, Failure: { } failure } => Failed(failure),
        { Kind: GenerationEventKind.Finished, FinishReason: FinishReason.EndOfGeneration or FinishReason.StopString } => new("stop", null),
        { Kind: GenerationEventKind.Finished, FinishReason: FinishReason.Length } => new("length", null),

        // Cancelled while the client still listens: the server did it. OpenAI has no word for that, and clients throw on others.
        { Kind: GenerationEventKind.Finished, FinishReason: FinishReason.Cancelled } =>
            Failed(new EngineFailure(EngineFailureCode.EngineFault, "The server cancelled the generation.")),
        _ => Broken,
    };

    private static AnswerEnd Failed(EngineFailure failure) => new(null, EngineErrors.ToApiError(failure));
}
