using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// Text that is free until a trigger, then constrained, then free again: tool calls, the end of reasoning. A small machine of phases,
/// given as data. Immutable.
/// </summary>
/// <param name="Phases">The phases; the text begins in the first, unless <paramref name="Opening"/> is set.</param>
/// <param name="Opening">A part with which the text must begin at once, before any free text; null when it begins free.</param>
internal sealed record LazySpec(IReadOnlyList<LazyPhase> Phases, LazyOpening? Opening = null)
{
    /// <summary>The phase behind which nothing comes but the end.</summary>
    public const int End = -1;
}

/// <summary>Free text between constrained parts.</summary>
/// <param name="Triggers">What ends it; none means that it goes on to the end.</param>
/// <param name="MayEnd">Whether the answer may end here.</param>
internal sealed record LazyPhase(IReadOnlyList<LazyTrigger> Triggers, bool MayEnd);

/// <summary>One end of free text.</summary>
/// <param name="Text">The trigger's text; empty when it is a token.</param>
/// <param name="Token">The trigger's token, when it is a control token; else null.</param>
/// <param name="Constrained">What must follow; <see cref="GrammarNode.Empty"/> when the trigger only leads to another phase.</param>
/// <param name="NextPhase">Index of the phase behind it, or <see cref="LazySpec.End"/>.</param>
internal sealed record LazyTrigger(string Text, int? Token, GrammarNode Constrained, int NextPhase);

/// <summary>A constrained part at the very start.</summary>
/// <param name="Constrained">What must come, with its trigger's text or token where it has one.</param>
/// <param name="NextPhase">Index of the phase behind it, or <see cref="LazySpec.End"/>.</param>
internal sealed record LazyOpening(GrammarNode Constrained, int NextPhase);

/// <summary>Turns a lazy constraint into a grammar. Stateless; any thread.</summary>
internal static class LazyGrammar
{
    /// <summary>The grammar of a lazy constraint.</summary>
    /// <param name="spec">At least one phase, and indices that exist.</param>
    public static GrammarNode Build(LazySpec spec)
    {
        GrammarRule[] rules = [.. spec.Phases.Select((_, index) => new GrammarRule($"free text {index}"))];
        for (int i = 0; i < rules.Length; i++)
        {
            LazyPhase phase = spec.Phases[i];
            Trigger[] triggers = [.. phase.Triggers.Select(trigger => new Trigger(trigger.Text, trigger.Token, Then(trigger.Constrained, trigger.NextPhase, rules)))];
            rules[i].Body = GrammarNode.Free(new FreeText(triggers, phase.MayEnd));
        }

        return spec.Opening is { } opening ? Then(opening.Constrained, opening.NextPhase, rules) : GrammarNode.Rule(rules[0]);
    }

    private static GrammarNode Then(GrammarNode constrained, int phase, GrammarRule[] rules) =>
        phase == LazySpec.End ? constrained : GrammarNode.Sequence(constrained, GrammarNode.Rule(rules[phase]));
}
