using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>A part of a compiled grammar. Set up by the compiler, immutable afterwards; any thread.</summary>
/// <param name="kind">What it does.</param>
/// <param name="id">Number inside the grammar.</param>
internal sealed class GrammarPart(PartKind kind, int id)
{
    /// <summary>Cost of a part that no text completes.</summary>
    public const long Impossible = long.MaxValue;

    /// <summary>No limit of <see cref="Max"/>.</summary>
    public const int Unlimited = -1;

    /// <summary>What it does.</summary>
    public PartKind Kind { get; } = kind;

    /// <summary>Number inside the grammar.</summary>
    public int Id { get; } = id;

    /// <summary>Children of sequence, choice, repetition and rule; what follows each trigger of free text; of members the separator, what
    /// follows each key, and the extra members.</summary>
    public GrammarPart[] Children { get; set; } = [];

    /// <summary>Name of a rule.</summary>
    public string? Name { get; init; }

    /// <summary>Least repetitions.</summary>
    public int Min { get; init; }

    /// <summary>Most repetitions or <see cref="Unlimited"/>.</summary>
    public int Max { get; init; }

    /// <summary>Language of a text; set later for free text.</summary>
    public Lexeme? Lexeme { get; set; }

    /// <summary>First state of the language.</summary>
    public LexState Start { get; set; }

    /// <summary>Tokens of <see cref="PartKind.Tokens"/>.</summary>
    public int[] Tokens { get; init; } = [];

    /// <summary>What members require; set for <see cref="PartKind.Members"/>.</summary>
    public MemberNeeds? Needs { get; init; }

    /// <summary>Whether the answer may end inside free text.</summary>
    public bool MayEnd { get; init; }

    /// <summary>Members of <see cref="PartKind.Members"/>.</summary>
    public MemberTable? Members { get; set; }

    /// <summary>Triggers of free text.</summary>
    public FreeTextTable? FreeText { get; set; }

    /// <summary>Fewest bytes that complete it, a token of its own counted as one; <see cref="Impossible"/> when nothing does. A lower bound; 0 exactly where nothing need come.</summary>
    public long Cost { get; set; } = Impossible;

    /// <summary>Whether some text completes it.</summary>
    public bool IsPossible => Cost != Impossible;

    /// <summary>Whether the empty text completes it.</summary>
    public bool IsNullable => Cost == 0;
}
