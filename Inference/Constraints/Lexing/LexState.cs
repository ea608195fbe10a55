namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Where one text stands.
/// </summary>
/// <param name="State">State of its automaton.</param>
/// <param name="Low">Characters still missing at least; of member keys: first member that may come.</param>
/// <param name="High">Characters still allowed, int.MaxValue without limit; of member keys: last member that may come.</param>
internal readonly record struct LexState(int State, int Low, int High);
