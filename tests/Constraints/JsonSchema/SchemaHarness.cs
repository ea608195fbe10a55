using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>A compiled schema, or why there is none, with what tests ask of it.</summary>
internal sealed class SchemaHarness
{
    private static readonly TestVocabulary Bytes = new([]);
    private static readonly ConstraintVocabulary ByteVocabulary = new(Bytes);

    private readonly SchemaNode? _root;
    private readonly ITokenConstraintFactory? _factory;

    private SchemaHarness(SchemaNode? root, ITokenConstraintFactory? factory, string? problem)
    {
        _root = root;
        _factory = factory;
        Problem = problem;
    }

    /// <summary>Why the schema is refused; null when it is not.</summary>
    public string? Problem { get; }

    /// <summary>Its constraint over single bytes, or over the vocabulary given.</summary>
    public ITokenConstraintFactory Factory => _factory ?? throw new InvalidOperationException(Problem);

    /// <summary>Compiles a schema.</summary>
    public static SchemaHarness Compile(JsonElement schema, ConstraintVocabulary? vocabulary = null, ConstraintLimits? limits = null)
    {
        MergedSchema merged = MergedSchema.Create(schema, false, SchemaMode.Enforce, limits ?? new ConstraintLimits());
        if (merged.Problem is not null)
        {
            return new SchemaHarness(null, null, merged.Problem.Message);
        }

        GrammarCompileResult compiled = GrammarCompiler.Compile(SchemaEmitter.Emit(merged.Root!, merged.Nodes), vocabulary ?? ByteVocabulary, limits ?? new ConstraintLimits());
        return new SchemaHarness(merged.Root, compiled.Factory, compiled.Problem);
    }

    /// <inheritdoc cref="Compile(JsonElement, ConstraintVocabulary?, ConstraintLimits?)"/>
    public static SchemaHarness Compile(string schema) => Compile(JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1_000_000 }).RootElement);

    /// <summary>Whether some form of an instance is accepted, byte by byte.</summary>
    public bool Accepts(JsonElement instance) => InstanceWriter.Write(_root, instance).Any(AcceptsText);

    /// <summary>All forms of an instance.</summary>
    public IReadOnlyList<string> Forms(JsonElement instance) => InstanceWriter.Write(_root, instance);

    /// <summary>Whether a text is accepted, byte by byte.</summary>
    public bool AcceptsText(string text)
    {
        ITokenConstraint constraint = Factory.Create();
        return Array.TrueForAll(Encoding.UTF8.GetBytes(text), value => constraint.Accept(value)) && constraint.Allows(Bytes.End);
    }

    /// <summary>
    /// A walk through the masks: some tokens at random, then the shortest way to an end.
    /// </summary>
    /// <param name="random">Chooses.</param>
    /// <param name="vocabulary">The vocabulary it was compiled for.</param>
    /// <param name="freeTokens">Number of random tokens.</param>
    /// <returns>The text; null when no end was found within 4,000 tokens.</returns>
    public string? Walk(Random random, ConstraintVocabulary vocabulary, int freeTokens = 64)
    {
        ITokenConstraint constraint = Factory.Create();
        ulong[] mask = new ulong[vocabulary.MaskWords];
        List<byte> text = [];
        for (int step = 0; step < 4_000; step++)
        {
            constraint.FillMask(mask);
            List<int> allowed = ListTokens(mask, vocabulary.Source.Count);
            Assert.True(allowed.Count > 0, $"no token is allowed behind {Encoding.UTF8.GetString([.. text])}");
            bool mayEnd = vocabulary.Source.EndOfGenerationTokens.ToArray().Any(allowed.Contains);
            if (mayEnd && (allowed.Count == 1 || step >= freeTokens || random.Next(8) == 0))
            {
                return Encoding.UTF8.GetString([.. text]);
            }

            int token = step < freeTokens ? Pick(allowed, vocabulary, random) : Nearest(constraint, allowed, vocabulary, random);
            Assert.True(constraint.Accept(token), $"token {token} was allowed by the mask behind {Encoding.UTF8.GetString([.. text])}");
            text.AddRange(vocabulary.Source.GetBytes(token));
        }

        return null;
    }

    private static int Pick(List<int> allowed, ConstraintVocabulary vocabulary, Random random)
    {
        int token = allowed[random.Next(allowed.Count)];
        while (vocabulary.Source.IsEndOfGeneration(token))
        {
            token = allowed[random.Next(allowed.Count)];
        }

        return token;
    }

    private static List<int> ListTokens(ulong[] mask, int count)
    {
        List<int> tokens = [];
        for (int token = 0; token < count; token++)
        {
            if (TokenMask.IsAllowed(mask, token))
            {
                tokens.Add(token);
            }
        }

        return tokens;
    }

    /// <summary>The allowed token behind which the end is nearest: of those of one byte, and some others.</summary>
    private static int Nearest(ITokenConstraint constraint, List<int> allowed, ConstraintVocabulary vocabulary, Random random)
    {
        List<int> candidates = allowed.Count <= 300 ? allowed : [.. allowed.Where(token => vocabulary.Source.GetBytes(token).Length == 1)];
        int best = allowed[random.Next(allowed.Count)];
        long least = long.MaxValue;
        foreach (int token in candidates)
        {
            if (!constraint.Accept(token))
            {
                continue;
            }

            long bytes = ShortestEnd.Bytes(((GrammarConstraint)constraint).State);
            constraint.RollBack(1);
            if (bytes < least)
            {
                (best, least) = (token, bytes);
            }
        }

        return best;
    }
}
