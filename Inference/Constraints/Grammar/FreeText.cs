namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// Text without any rule, control tokens included, up to the first trigger; what a trigger begins follows it. Immutable.
/// </summary>
/// <param name="Triggers">What ends the free text. None: it goes on to the end.</param>
/// <param name="MayEnd">Whether the answer may end inside the free text. Only for text behind which nothing must follow.</param>
internal sealed record FreeText(IReadOnlyList<Trigger> Triggers, bool MayEnd);

/// <summary>
/// One end of free text.
/// </summary>
/// <param name="Text">The trigger's text; it may be split over tokens. Empty when the trigger is a token.</param>
/// <param name="Token">The trigger's token, when it is a control token, whose text is empty; null when it is a text.</param>
/// <param name="Next">What follows the trigger.</param>
internal sealed record Trigger(string Text, int? Token, GrammarNode Next);
