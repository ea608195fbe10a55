using System.Diagnostics;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Constraints;

/// <summary>From an output format to a constraint: each kind, what is kept, and that nobody waits for another's slow one.</summary>
[Collection("native")]
public sealed class ConstraintCompilerTests
{
    private static readonly TestVocabulary Vocabulary = ConstraintAssert.Vocabulary;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Rows: kind, source, a text that fits, one that doesn't.
    public static TheoryData<string, string, string, string> Formats => new()
    {
        { nameof(OutputFormatKind.JsonSchema), """{"type":"integer","minimum":5}""", "17", "4" },
        { nameof(OutputFormatKind.JsonObject), "", "{\"a\": 1}", "[1]" },
        { nameof(OutputFormatKind.Grammar), "root ::= \"a\" [0-9]+", "a12", "a" },
        { nameof(OutputFormatKind.Regex), "(ab|cd){2}", "abcd", "ab" },
        { nameof(OutputFormatKind.Regex), "a|b$", "a", "ab" },
        { nameof(OutputFormatKind.Choice), "yes\nno\nnone", "no", "non" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Each_kind_of_format_holds(string kind, string source, string fits, string other)
    {
        ConstraintResult result = await New().CompileAsync(Format(Enum.Parse<OutputFormatKind>(kind), source), Cancellation);
        Assert.Null(result.Failure);
        var grammar = Assert.IsType<CompiledGrammar>(result.Factory);
        Assert.True(ConstraintAssert.Accepts(grammar, fits));
        Assert.False(ConstraintAssert.Accepts(grammar, other));
    }

    // Rows: kind, source, code, what the message says.
    public static TheoryData<string, string, string, string> Refused => new()
    {
        { nameof(OutputFormatKind.JsonSchema), """{"type":"array","uniqueItems":true}""", nameof(EngineFailureCode.InvalidSchema), "uniqueItems" },
        { nameof(OutputFormatKind.Grammar), "root ::= (", nameof(EngineFailureCode.InvalidGrammar), "The grammar is wrong at line 1, column 10" },
        { nameof(OutputFormatKind.Regex), "(", nameof(EngineFailureCode.InvalidGrammar), "The regular expression has a '(' without" },
        { nameof(OutputFormatKind.Regex), new string('a', 17_000), nameof(EngineFailureCode.InvalidGrammar), "17,000 characters; at most 16,384" },
        { nameof(OutputFormatKind.Choice), string.Join('\n', Enumerable.Range(0, 100_001)), nameof(EngineFailureCode.InvalidGrammar), "100,001 choices; at most 100,000" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_used_says_why(string kind, string source, string code, string message)
    {
        ConstraintResult result = await New().CompileAsync(Format(Enum.Parse<OutputFormatKind>(kind), source), Cancellation);
        Assert.Null(result.Factory);
        Assert.Equal((Enum.Parse<EngineFailureCode>(code), "field"), (result.Failure!.Code, result.Failure.Param));
        Assert.Contains(message, result.Failure.Message);
    }

    [Fact]
    public async Task Equal_descriptions_are_compiled_once()
    {
        ConstraintCompiler compiler = New();
        ITokenConstraintFactory? first = await CompileAsync(Format(OutputFormatKind.Regex, "[ab]+"));
        Assert.Same(first, await CompileAsync(Format(OutputFormatKind.Regex, "[ab]+")));
        Assert.NotSame(first, await CompileAsync(Format(OutputFormatKind.Regex, "[ab]*")));
        Assert.NotSame(
            await CompileAsync(new OutputFormat(OutputFormatKind.Choice, "field") { Alternatives = ["a", "bc"] }),
            await CompileAsync(new OutputFormat(OutputFormatKind.Choice, "field") { Alternatives = ["ab", "c"] }));

        int built = 0;
        for (int i = 0; i < 2; i++)
        {
            await compiler.CompileAsync(
                _ =>
                {
                    built++;
                    return new GrammarBuildResult(GrammarNode.Literal("x"), null);
                },
                "tools",
                "key",
                Cancellation);
        }

        Assert.Equal(1, built);

        async Task<ITokenConstraintFactory?> CompileAsync(OutputFormat format) => (await compiler.CompileAsync(format, Cancellation)).Factory;
    }

    [Fact]
    public void Compiled_grammars_are_kept_within_bounds()
    {
        var cache = new CompiledCache();
        CompiledGrammar grammar = ConstraintAssert.Compile(GrammarNode.Literal("x"));
        for (int i = 0; i < 300; i++)
        {
            cache.Add(Hash(i), grammar);
            Assert.Same(grammar, cache.Find(Hash(0)));
        }

        Assert.Null(cache.Find(Hash(1)));
        Assert.Same(grammar, cache.Find(Hash(299)));

        static byte[] Hash(int i) => [.. BitConverter.GetBytes((long)i), .. new byte[24]];
    }

    [Fact]
    public async Task Nobody_waits_for_the_slow_description_of_another()
    {
        ConstraintCompiler compiler = New(new SlowJson());
        await compiler.CompileAsync(Format(OutputFormatKind.Choice, "warm"), Cancellation);
        long start = Stopwatch.GetTimestamp();
        Task<ConstraintResult>[] slow = [.. Enumerable.Range(0, 2).Select(i => Task.Run(() => compiler.CompileAsync(Format(OutputFormatKind.JsonSchema, $"{i}"), Cancellation).AsTask()))];
        for (int i = 0; i < 20; i++)
        {
            long asked = Stopwatch.GetTimestamp();
            ConstraintResult cheap = await compiler.CompileAsync(Format(OutputFormatKind.Regex, $"a{{{i}}}"), Cancellation);
            Assert.NotNull(cheap.Factory);
            Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromMilliseconds(800), $"a cheap one took {Stopwatch.GetElapsedTime(asked)}");
            await Task.Delay(20, Cancellation);
        }

        Assert.All(slow, task => Assert.False(task.IsCompleted));
        ConstraintResult[] results = await Task.WhenAll(slow);
        Assert.All(results, result => Assert.Contains("longer than 2 s", result.Failure!.Message));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Too_many_slow_ones_are_refused_at_once()
    {
        ConstraintCompiler compiler = New(new SlowJson());
        using var leave = new CancellationTokenSource();
        List<Task<ConstraintResult>> tasks = [.. Enumerable.Range(0, 12).Select(i => Task.Run(() => compiler.CompileAsync(Format(OutputFormatKind.JsonSchema, $"{i}"), leave.Token).AsTask()))];
        Task<ConstraintResult> refused = await Task.WhenAny(tasks);
        Assert.Equal(EngineFailureCode.QueueTimeout, (await refused).Failure!.Code);
        await leave.CancelAsync();
        foreach (Task<ConstraintResult> task in tasks)
        {
            await Task.WhenAny(task);
        }

        Assert.Contains(tasks, task => task.IsCanceled);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_compilation()
    {
        ConstraintCompiler compiler = New(new SlowJson());
        using var leave = new CancellationTokenSource();
        Task<ConstraintResult> task = Task.Run(() => compiler.CompileAsync(Format(OutputFormatKind.JsonSchema, "1"), leave.Token).AsTask());
        await Task.Delay(300, Cancellation);
        long start = Stopwatch.GetTimestamp();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
    }

    private static ConstraintCompiler New(IJsonGrammarBuilder? json = null) => new(Vocabulary, json ?? new JsonGrammarBuilder(), 4_096);

    private static OutputFormat Format(OutputFormatKind kind, string source) => kind switch
    {
        OutputFormatKind.Choice => new OutputFormat(kind, "field") { Alternatives = source.Split('\n') },
        OutputFormatKind.JsonSchema => new OutputFormat(kind, "field") { Schema = JsonDocument.Parse(source).RootElement },
        OutputFormatKind.JsonObject => new OutputFormat(kind, "field"),
        _ => new OutputFormat(kind, "field") { Source = source },
    };

    /// <summary>Works until its time is over.</summary>
    private sealed class SlowJson : IJsonGrammarBuilder
    {
        public GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits)
        {
            var budget = new CompileBudget(limits);
            while (budget.Spend(1))
            {
                Thread.SpinWait(200);
            }

            return new GrammarBuildResult(null, new EngineFailure(EngineFailureCode.InvalidSchema, budget.Problem!, format.Param));
        }
    }
}
