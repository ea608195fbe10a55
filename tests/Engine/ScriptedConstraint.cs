using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Engine;

/// <summary>
/// A made-up constraint over the tokens of <see cref="ScriptedRunner"/>: a function says from the text so far which bytes may come,
/// '$' for the end. Where only one may come it is forced, as a span. Checks the engine's side of the contract.
/// </summary>
/// <param name="allowed">From the accepted text to the characters that may come next; null where everything may (free).</param>
internal sealed class ScriptedConstraint(Func<string, string?> allowed) : ITokenConstraintFactory
{
    /// <summary>States that were made.</summary>
    public List<State> States { get; } = [];

    /// <summary>Whether spans are forced.</summary>
    public bool Forces { get; init; } = true;

    /// <summary>A token that is refused though the mask allows it: a broken constraint.</summary>
    public int Refused { get; init; } = -1;

    public int MaxRollback { get; init; } = 8;

    public ITokenConstraint Create()
    {
        var state = new State(this);
        States.Add(state);
        return state;
    }

    private string? Allowed(string text) => allowed(text);

    public sealed class State(ScriptedConstraint owner) : ITokenConstraint
    {
        private readonly List<int> _tokens = [];

        public int Masks { get; private set; }

        public int Rollbacks { get; private set; }

        public string Text => string.Concat(_tokens.Select(token => (char)token));

        public int MaxRollback => owner.MaxRollback;

        public bool IsFree => owner.Allowed(Text) is null;

        public void FillMask(Span<ulong> mask)
        {
            Masks++;
            mask.Clear();
            for (int token = 0; token <= ScriptedRunner.EndOfGeneration; token++)
            {
                mask[token / 64] |= Allows(token) ? 1UL << (token % 64) : 0;
            }
        }

        public bool Allows(int token) =>
            owner.Allowed(Text) is not { } next
            || (token == ScriptedRunner.EndOfGeneration ? next.Contains('$', StringComparison.Ordinal) : token != '$' && next.Contains((char)token, StringComparison.Ordinal));

        public bool Accept(int token)
        {
            if (token == owner.Refused || !Allows(token))
            {
                return false;
            }

            _tokens.Add(token);
            return true;
        }

        public void RollBack(int tokenCount)
        {
            Assert.InRange(tokenCount, 0, Math.Min(MaxRollback, _tokens.Count));
            Rollbacks += tokenCount;
            _tokens.RemoveRange(_tokens.Count - tokenCount, tokenCount);
        }

        public int GetForcedTokens(Span<int> tokens)
        {
            int count = 0;
            string text = Text;
            while (owner.Forces && count < tokens.Length && owner.Allowed(text) is [not '$'] next)
            {
                tokens[count++] = next[0];
                text += next;
            }

            return count;
        }
    }
}
