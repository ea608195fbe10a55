using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>Makes the constraint of an output format. Request threads.</summary>
internal interface IConstraintCompiler
{
    /// <summary>Compiles a format, or finds it compiled already.</summary>
    /// <param name="format">What the client described.</param>
    /// <param name="vocabulary">The loaded model's tokens; the same at each call.</param>
    /// <param name="contextLength">Tokens of one request, prompt and answer together; the same at each call.</param>
    /// <param name="cancellationToken">Client gone: <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The constraint; or why there is none: <see cref="EngineFailureCode.InvalidSchema"/> or
    /// <see cref="EngineFailureCode.InvalidGrammar"/> with the format's <see cref="OutputFormat.Param"/>.
    /// </returns>
    ValueTask<(ITokenConstraintFactory? Constraint, EngineFailure? Failure)> CompileAsync(
        OutputFormat format, IVocabulary vocabulary, int contextLength, CancellationToken cancellationToken);
}
