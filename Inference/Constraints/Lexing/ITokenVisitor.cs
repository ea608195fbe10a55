namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>Is shown what a walk over the tokens reaches; see <see cref="TokenWalk"/>.</summary>
internal interface ITokenVisitor
{
    /// <summary>Takes note of some nodes of the trie that lead to one state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="tokens">The tokens that end at these nodes.</param>
    /// <param name="inner">Those of the nodes that have nodes below them.</param>
    void Visit(in LexState state, ReadOnlySpan<int> tokens, ReadOnlySpan<int> inner);
}
