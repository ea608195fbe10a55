using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// Compiles a grammar for a vocabulary:
/// <list type="number">
/// <item>Parts are made of nodes, equal nodes once, and texts become automata.</item>
/// <item>The cost of each part is computed; parts that no text completes are never entered.</item>
/// <item>Member lists and free text get their tables, of members that can be completed.</item>
/// <item>Left recursion is refused.</item>
/// </list>
/// Stateless; request threads.
/// </summary>
internal static class GrammarCompiler
{
    /// <summary>
    /// Compiles a grammar.
    /// </summary>
    /// <param name="root">The language.</param>
    /// <param name="vocabulary">The model's vocabulary.</param>
    /// <param name="limits">What may be spent.</param>
    /// <returns>The compiled grammar, or a sentence on what is wrong with it.</returns>
    public static GrammarCompileResult Compile(GrammarNode root, ConstraintVocabulary vocabulary, ConstraintLimits limits)
    {
        if (vocabulary.Source.EndOfGenerationTokens.IsEmpty)
        {
            return new GrammarCompileResult(null, "The model has no token that ends an answer, so that no answer can be held to a language.");
        }

        var budget = new CompileBudget(limits);
        var builder = new PartBuilder(vocabulary, budget);
        GrammarPart? start = builder.Build(root);
        if (start is null || budget.IsExhausted)
        {
            return new GrammarCompileResult(null, budget.Problem);
        }

        CostSolver.Solve(builder.Parts, budget);
        builder.Finish();
        if (!budget.IsExhausted && LeftRecursion.Find(builder.Parts) is { } rule)
        {
            budget.GiveUp($"The rule '{rule}' begins with itself (left recursion). Begin its alternatives with something else, for example by a repetition.");
        }

        if (!start.IsPossible)
        {
            budget.GiveUp("No text fits it.");
        }
        else if (start.Cost > limits.MaxTextBytes)
        {
            budget.GiveUp($"Its shortest text has {start.Cost:N0} bytes, but the context of one request holds at most {limits.MaxTextBytes:N0}. Lower its least lengths or counts.");
        }

        if (budget.IsExhausted)
        {
            return new GrammarCompileResult(null, budget.Problem);
        }

        var grammar = new CompiledGrammar(start, vocabulary, builder.Bytes);
        if (grammar.Machine.HasGivenUp)
        {
            return new GrammarCompileResult(null, "It can be read in too many ways at once. Make fewer of its rules optional.");
        }

        // The first mask is computed here rather than on the engine's thread.
        grammar.GetMask(grammar.Machine.Start);
        return new GrammarCompileResult(grammar, null);
    }
}
