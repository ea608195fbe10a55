using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// What may come where a frame's turn has come. Immutable.
/// </summary>
/// <param name="Items">Texts and tokens that may begin.</param>
/// <param name="NextBytes">For each of them the bytes it may begin with.</param>
/// <param name="MayEnd">Whether the whole text may end.</param>
internal sealed record Continuation(MachineItem[] Items, ByteSet[] NextBytes, bool MayEnd);
