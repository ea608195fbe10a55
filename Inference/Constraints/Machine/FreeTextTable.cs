namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// Free text, compiled. Immutable.
/// </summary>
/// <param name="TokenTriggers">Which child follows a trigger that is a token.</param>
/// <param name="MayEnd">Whether the answer may end inside it.</param>
internal sealed record FreeTextTable(IReadOnlyDictionary<int, int> TokenTriggers, bool MayEnd);
