namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// An automaton over bytes as it is built: state 0 is the first. Immutable once built.
/// </summary>
/// <param name="Rows">For each state the bytes that lead on, ascending and disjoint.</param>
/// <param name="Accepting">For each state whether the text may end there.</param>
/// <param name="Boundary">For each state whether a character has just been completed on the way into it.</param>
/// <param name="IsQuoted">Whether the first step is an opening quote, which completes no character.</param>
internal sealed record ByteAutomaton(List<List<ByteStep>> Rows, List<bool> Accepting, List<bool> Boundary, bool IsQuoted)
{
    /// <summary>Whether a step from one state to another completes a character.</summary>
    public bool Counts(int source, int target) => Boundary[target] && !(IsQuoted && source == 0);
}
