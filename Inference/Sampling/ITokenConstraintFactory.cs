namespace MistralServe.Inference.Sampling;

/// <summary>
/// A compiled constraint: the language, of which each sequence gets a state of its own. Immutable; any thread.
/// </summary>
internal interface ITokenConstraintFactory
{
    /// <summary>A constraint in its first state. Cheap; called on the engine's thread for each choice of a request.</summary>
    ITokenConstraint Create();
}
