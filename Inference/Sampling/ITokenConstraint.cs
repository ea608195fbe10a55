namespace MistralServe.Inference.Sampling;

/// <summary>
/// Decides which tokens may come next in one sequence: a grammar, a schema, or free text that turns into one. The engine asks
/// for a mask before each token is sampled and tells every token that joined the sequence.
/// <para>
/// Contract:
/// <list type="bullet">
/// <item>The state depends only on the tokens accepted since the start, in order. Tokens of the prompt are not accepted, unless
/// whoever creates the constraint did so before handing it over (a prefilled answer).</item>
/// <item>A token is allowed when the text it adds can still be continued to a complete one. End-of-generation tokens are allowed
/// exactly where the text is complete. Text is bytes: tokens may split characters.</item>
/// <item>No reachable state has an empty mask. After an end-of-generation token nothing more is asked.</item>
/// <item>In a free part (<see cref="IsFree"/>) every token is allowed; the constraint watches for its trigger, and may become
/// enforced and free again any number of times.</item>
/// <item>After the first calls for a state, no method allocates.</item>
/// </list>
/// </para>
/// An instance belongs to one sequence and to the engine's thread; what was compiled once may be shared behind it by all.
/// </summary>
internal interface ITokenConstraint
{
    /// <summary>True where every token is allowed, so that the sampler works without a mask. Costs nothing.</summary>
    bool IsFree { get; }

    /// <summary>
    /// Writes which tokens may come next. Does not change the state.
    /// </summary>
    /// <param name="mask">All of it is written. Length: <see cref="TokenMask.WordCount"/> of the vocabulary; layout: <see cref="TokenMask"/>.</param>
    void FillMask(Span<ulong> mask);

    /// <summary>Whether a token may come next, without the cost of a whole mask. Does not change the state.</summary>
    /// <param name="token">Token id inside the vocabulary.</param>
    bool Allows(int token);

    /// <summary>Goes on by a token that has joined the sequence.</summary>
    /// <param name="token">Token id inside the vocabulary.</param>
    /// <returns>False, with the state unchanged, when the token is not allowed here.</returns>
    bool Accept(int token);

    /// <summary>
    /// Takes back the last tokens, as if they had not been accepted: drafts of speculation that were accepted to be masked and
    /// then not confirmed.
    /// </summary>
    /// <param name="tokenCount">0 to <see cref="MaxRollback"/>, and not more than were accepted.</param>
    void RollBack(int tokenCount);

    /// <summary>How many of the last accepted tokens can be taken back, at least; a constant of the instance.</summary>
    int MaxRollback { get; }

    /// <summary>
    /// Writes the tokens that must come next because the text has only one way on, so that they join the sequence as one batch
    /// without being sampled. The last token of the forced text is left out when a longer token of the vocabulary begins with
    /// it and is allowed: that one is sampled, under the mask. Does not change the state: the tokens written are accepted one by
    /// one, as all others.
    /// </summary>
    /// <param name="tokens">Receives the tokens, as many as fit.</param>
    /// <returns>How many were written; 0 when there is a choice.</returns>
    int GetForcedTokens(Span<int> tokens);
}
