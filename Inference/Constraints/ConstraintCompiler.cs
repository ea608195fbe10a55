using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Languages;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// Turns what a client asks an answer to look like into a constraint: limits first, then the grammar, then its automata. What was
/// compiled is kept by the hash of its description, within bounds. Any thread.
/// </summary>
/// <param name="vocabulary">The model's vocabulary; its trie is built by the first request that needs it.</param>
/// <param name="json">Builds grammars of JSON Schemas.</param>
/// <param name="contextLength">Tokens that prompt and answer of one request may have together.</param>
internal sealed class ConstraintCompiler(IVocabulary vocabulary, IJsonGrammarBuilder json, int contextLength)
{
    private readonly ConstraintVocabulary _vocabulary = new(vocabulary);
    private readonly CompileLanes _lanes = new();
    private readonly CompiledCache _cache = new();

    /// <summary>What a language may cost.</summary>
    public ConstraintLimits Limits => new() { MaxTextBytes = (long)contextLength * vocabulary.LongestTokenBytes };

    /// <summary>The vocabulary with what constraints share.</summary>
    public ConstraintVocabulary Vocabulary => _vocabulary;

    /// <summary>
    /// Compiles the format of an answer.
    /// </summary>
    /// <param name="format">What the client asks for.</param>
    /// <param name="cancellationToken">Client gone: the work is given up and <see cref="OperationCanceledException"/> thrown.</param>
    /// <returns>
    /// The constraint, or a failure: <see cref="EngineFailureCode.InvalidSchema"/> for schemas,
    /// <see cref="EngineFailureCode.InvalidGrammar"/> for grammars, regular expressions and choices,
    /// <see cref="EngineFailureCode.QueueTimeout"/> when others' slow compilations took too long.
    /// </returns>
    public ValueTask<ConstraintResult> CompileAsync(OutputFormat format, CancellationToken cancellationToken)
    {
        if (TooLong(format, Limits) is { } tooLong)
        {
            return ValueTask.FromResult(Failed(format, tooLong));
        }

        byte[] key = Key(format);
        return _cache.Find(key) is { } known
            ? ValueTask.FromResult(new ConstraintResult(known, null))
            : _lanes.RunAsync(limits => CompileFormat(format, limits, key), Limits with { Cancellation = cancellationToken });
    }

    /// <summary>
    /// Compiles a grammar that the caller builds: tool calls, reasoning.
    /// </summary>
    /// <param name="build">
    /// Builds the language within limits, when it is not kept from before; neither language nor failure when there is nothing to enforce.
    /// Runs twice when it is slow.
    /// </param>
    /// <param name="param">Request field to blame.</param>
    /// <param name="key">Describes the grammar completely.</param>
    /// <param name="cancellationToken">As for a format.</param>
    public ValueTask<ConstraintResult> CompileAsync(Func<ConstraintLimits, GrammarBuildResult> build, string param, string key, CancellationToken cancellationToken)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes("grammar\n" + key));
        return _cache.Find(hash) is { } known
            ? ValueTask.FromResult(new ConstraintResult(known, null) { Unenforced = known.Unenforced })
            : _lanes.RunAsync(CompileBuilt, Limits with { Cancellation = cancellationToken });

        ConstraintResult CompileBuilt(ConstraintLimits limits)
        {
            GrammarBuildResult built = build(limits);
            if (built.Root is not { } root)
            {
                return new ConstraintResult(null, built.Failure);
            }

            GrammarCompileResult result = GrammarCompiler.Compile(root, _vocabulary, limits);
            if (result.Factory is CompiledGrammar grammar)
            {
                grammar.Unenforced = built.Unenforced;
            }

            Keep(result, hash);
            return result.Succeeded
                ? new ConstraintResult(result.Factory, null) { Unenforced = built.Unenforced }
                : new ConstraintResult(null, new EngineFailure(EngineFailureCode.InvalidSchema, result.Problem!, param));
        }
    }

    /// <summary>The language of a format, as a part of a larger one; or why there is none.</summary>
    public GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits)
    {
        if (TooLong(format, limits) is { } tooLong)
        {
            return new GrammarBuildResult(null, Failed(format, tooLong).Failure);
        }

        switch (format.Kind)
        {
            case OutputFormatKind.Grammar:
                GrammarTextResult text = GbnfParser.Parse(format.Source!, limits, FindToken);
                return text.Root is { } root ? new GrammarBuildResult(GrammarNode.Rule(root), null) : new GrammarBuildResult(null, Failed(format, text.Problem!).Failure);
            case OutputFormatKind.Regex:
                PatternResult regex = RegexParser.Parse(format.Source!, RegexMode.Whole, limits);
                return regex.Pattern is { } pattern ? new GrammarBuildResult(GrammarNode.Text(pattern), null) : new GrammarBuildResult(null, Failed(format, regex.Problem!).Failure);
            case OutputFormatKind.Choice:
                return new GrammarBuildResult(GrammarNode.Literals(format.Alternatives!), null);
            default:
                return json.Build(format, limits);
        }
    }

    private ConstraintResult CompileFormat(OutputFormat format, ConstraintLimits limits, byte[] key)
    {
        GrammarBuildResult built = Build(format, limits);
        if (built.Root is not { } root)
        {
            return new ConstraintResult(null, built.Failure);
        }

        GrammarCompileResult result = Keep(format.Kind == OutputFormatKind.Grammar ? CompileFused(root, limits) : GrammarCompiler.Compile(root, _vocabulary, limits), key);
        return result.Succeeded ? new ConstraintResult(result.Factory, null) : Failed(format, result.Problem);
    }

    /// <summary>As few and large texts as possible; as written when their automata become too large.</summary>
    private GrammarCompileResult CompileFused(GrammarNode root, ConstraintLimits limits)
    {
        ConstraintLimits half = limits with { MaxTime = limits.MaxTime / 2, MaxWork = limits.MaxWork / 2 };
        long start = Stopwatch.GetTimestamp();
        GrammarCompileResult fused = GrammarCompiler.Compile(RegularFusion.Fuse(root.Reference!), _vocabulary, half);

        // Whether the quick lane's moment was enough must not decide which of the two it is.
        bool isTooSlow = limits.MaxTime <= CompileLanes.QuickTime && Stopwatch.GetElapsedTime(start) >= half.MaxTime;
        return fused.Succeeded || isTooSlow ? fused : GrammarCompiler.Compile(root, _vocabulary, half);
    }

    private GrammarCompileResult Keep(GrammarCompileResult result, byte[] key)
    {
        if (result.Factory is CompiledGrammar grammar)
        {
            _cache.Add(key, grammar);
        }

        return result;
    }

    private int? FindToken(string text)
    {
        int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(text), addSpecial: false, parseSpecial: true);
        return tokens.Length == 1 ? tokens[0] : null;
    }

    private static string? TooLong(OutputFormat format, ConstraintLimits limits)
    {
        if (format.Kind != OutputFormatKind.Choice)
        {
            int most = format.Kind == OutputFormatKind.Regex ? limits.MaxRegexLength : limits.MaxGrammarLength;
            return format.Source?.Length > most ? $"It has {format.Source.Length:N0} characters; at most {most:N0} are allowed." : null;
        }

        if (format.Alternatives!.Count > limits.MaxChoices)
        {
            return $"It has {format.Alternatives.Count:N0} choices; at most {limits.MaxChoices:N0} are allowed.";
        }

        long length = format.Alternatives.Sum(choice => (long)choice.Length);
        return length > limits.MaxChoiceLength ? $"Its choices have {length:N0} characters; at most {limits.MaxChoiceLength:N0} are allowed." : null;
    }

    private static byte[] Key(OutputFormat format)
    {
        var description = new StringBuilder();
        description.Append((int)format.Kind).Append(format.Strict ? 's' : 'n').Append('\n').Append(format.Source).Append('\n').Append(format.Schema?.GetRawText());
        foreach (string choice in format.Alternatives ?? [])
        {
            description.Append(choice.Length).Append(':').Append(choice);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(description.ToString()));
    }

    private static ConstraintResult Failed(OutputFormat format, string problem)
    {
        (EngineFailureCode code, string subject) = format.Kind switch
        {
            OutputFormatKind.JsonObject or OutputFormatKind.JsonSchema => (EngineFailureCode.InvalidSchema, "The JSON Schema"),
            OutputFormatKind.Grammar => (EngineFailureCode.InvalidGrammar, "The grammar"),
            OutputFormatKind.Regex => (EngineFailureCode.InvalidGrammar, "The regular expression"),
            _ => (EngineFailureCode.InvalidGrammar, "The choice list"),
        };
        string message = problem.StartsWith(subject, StringComparison.Ordinal) ? problem : $"{subject} of '{format.Param}' cannot be used. {problem}";
        return new ConstraintResult(null, new EngineFailure(code, message, format.Param));
    }
}
