using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// The compiler of the one model that is served, made when the first request needs it: before the model is loaded there is no
/// vocabulary to compile for. Any thread.
/// </summary>
/// <param name="json">Builds grammars of JSON Schemas.</param>
internal sealed class ModelConstraintCompiler(IJsonGrammarBuilder json) : IConstraintCompiler
{
    private ConstraintCompiler? _compiler;

    /// <summary>The compiler.</summary>
    /// <param name="vocabulary">The loaded model's tokens; the same at each call.</param>
    /// <param name="contextLength">Tokens of one request, prompt and answer together; the same at each call.</param>
    public ConstraintCompiler Get(IVocabulary vocabulary, int contextLength) =>
        Volatile.Read(ref _compiler)
        ?? Interlocked.CompareExchange(ref _compiler, new ConstraintCompiler(vocabulary, json, contextLength), null)
        ?? _compiler;

    /// <inheritdoc/>
    public async ValueTask<(ITokenConstraintFactory? Constraint, EngineFailure? Failure)> CompileAsync(
        OutputFormat format, IVocabulary vocabulary, int contextLength, CancellationToken cancellationToken)
    {
        ConstraintResult result = await Get(vocabulary, contextLength).CompileAsync(format, cancellationToken).ConfigureAwait(false);
        return (result.Factory, result.Failure);
    }
}
