namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// A named part of a grammar, which may refer to itself. Belongs to the thread that builds the grammar until it is compiled.
/// </summary>
/// <param name="name">Name for error messages.</param>
internal sealed class GrammarRule(string name)
{
    /// <summary>Name for error messages.</summary>
    public string Name { get; } = name;

    /// <summary>What the rule stands for; set before compiling. Null makes the grammar one that cannot be compiled.</summary>
    public GrammarNode? Body { get; set; }
}
