using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Languages;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Sampling;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>Grammars in llama.cpp's dialect: what they accept, as written and fused, and what is wrong with them.</summary>
public sealed class GbnfParserTests
{
    private const string Arithmetic = """
        # sums and products
        root  ::= (expr "=" ws term "\n")+
        expr  ::= term ([-+*/] term)*
        term  ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num   ::= [0-9]+ ws
        ws    ::= [ \t\n]*
        """;

    private const string Json = """
        root   ::= object
        value  ::= object | array | string | number | ("true" | "false" | "null") ws

        object ::=
          "{" ws (
                    string ":" ws value
            ("," ws string ":" ws value)*
          )? "}" ws

        array  ::=
          "[" ws (
                    value
            ("," ws value)*
          )? "]" ws

        string ::=
          "\"" (
            [^"\\\x7F\x00-\x1F] |
            "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
          )* "\"" ws

        number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
        ws ::= | " " | "\n" [ \t]{0,20}
        """;

    private static CompiledGrammar[] Both(string source)
    {
        GrammarTextResult text = GbnfParser.Parse(source, new ConstraintLimits(), FindToken);
        Assert.Null(text.Problem);
        return [Compile(GrammarNode.Rule(text.Root!)), Compile(RegularFusion.Fuse(text.Root!))];
    }

    private static int? FindToken(string text) => text == "<think>" ? Vocabulary.FirstControl : null;

    [Theory]
    [InlineData("root ::= \"a\" \"b\"? [c-e]+", "abcde", true)]
    [InlineData("root ::= \"a\" \"b\"? [c-e]+", "ab", false)]
    [InlineData("root ::= \"a\" \"b\"? [c-e]+", "ac", true)]
    [InlineData("root ::= \"a\"{2} | \"b\"{1,} | \"c\"{,2} | \"d\"{2,3}", "aa", true)]
    [InlineData("root ::= \"a\"{2} | \"b\"{1,} | \"c\"{,2} | \"d\"{2,3}", "a", false)]
    [InlineData("root ::= \"a\"{2} | \"b\"{1,} | \"c\"{,2} | \"d\"{2,3}", "bbbb", true)]
    [InlineData("root ::= \"a\"{2} | \"b\"{1,} | \"c\"{,2} | \"d\"{2,3}", "", true)]
    [InlineData("root ::= \"a\"{2} | \"b\"{1,} | \"c\"{,2} | \"d\"{2,3}", "dddd", false)]
    [InlineData("root ::= [^a-c\\n\\]]", "d", true)]
    [InlineData("root ::= [^a-c\\n\\]]", "]", false)]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F600\\t\\\"\\\\\"", "Aé😀\t\"\\", true)]
    [InlineData("root ::= .", "日", true)]
    [InlineData("root ::= .", "\n", true)]
    [InlineData("root ::= [a-]", "-", true)]
    [InlineData("root ::= a-b\n\n# comment\na-b ::= \"x\" | \n  \"y\" # more\n", "y", true)]
    [InlineData("root ::= \"x\"\n  | \"y\"", "y", true)]
    [InlineData("root ::= (\"x\"\n \"y\"\n)*", "xyxy", true)]
    [InlineData("root ::= \"a\"*\"b\"", "aab", true)]
    [InlineData("root::=\"a\"|\"\"", "", true)]
    [InlineData("root ::= x x\r\nx ::= \"a\"\r\n", "aa", true)]
    [InlineData("root ::= [a-c]{100,2000} \"x\"", "abc", false)]
    [InlineData(Arithmetic, "a + 1*(b_2-3)= 4\n", false)]
    [InlineData(Arithmetic, "a +1*(b_2 -3)= 4\n", true)]
    [InlineData(Arithmetic, "a+1*(b_2-3)=4\nx=y\n", true)]
    [InlineData(Arithmetic, "a+=4\n", false)]
    public void Accepts_its_language(string source, string text, bool accepted) => Assert.All(Both(source), grammar => Assert.Equal(accepted, Accepts(grammar, text)));

    [Fact]
    public void Walks_through_json_are_json_as_written_and_fused()
    {
        CompiledGrammar[] grammars = Both(Json);
        for (int seed = 0; seed < 60; seed++)
        {
            byte[] left = Walk(grammars[0], seed);
            byte[] right = Walk(grammars[1], seed);
            using var first = JsonDocument.Parse(left);
            using var second = JsonDocument.Parse(right);
            Assert.True(Accepts(grammars[1], Encoding.UTF8.GetString(left)));
            Assert.True(Accepts(grammars[0], Encoding.UTF8.GetString(right)));
        }
    }

    [Fact]
    public void Fusing_makes_single_texts_of_regular_rules()
    {
        GrammarNode fused = RegularFusion.Fuse(GbnfParser.Parse("root ::= a [x-z]* b | c\na ::= \"a\" b\nb ::= [0-9]+\nc ::= \"c\"", new ConstraintLimits(), FindToken).Root!);
        Assert.Equal(GrammarNodeKind.Text, fused.Kind);
    }

    [Fact]
    public void Tokens_come_by_id_and_by_text()
    {
        foreach (CompiledGrammar grammar in Both($"root ::= <think> [^<]* <[{Vocabulary.FirstControl + 1}]> \"a\""))
        {
            var constraint = (GrammarConstraint)grammar.Create();
            Assert.True(constraint.Accept(Vocabulary.FirstControl));
            Assert.True(constraint.Accept('x'));
            Assert.False(constraint.Allows(Vocabulary.FirstControl));
            Assert.True(constraint.Accept(Vocabulary.FirstControl + 1));
            Assert.True(constraint.Accept('a'));
            Assert.True(constraint.Allows(Vocabulary.End));
        }
    }

    [Theory]
    [InlineData("", "The grammar has no rule named 'root', with which each text begins.")]
    [InlineData("rot ::= \"a\"", "The grammar has no rule named 'root', with which each text begins.")]
    [InlineData("root ::= x", "The grammar is wrong at line 1, column 10: the rule 'x' is used but not defined.")]
    [InlineData("root ::= \"a\"\n  b ::= \"c\"\nroot ::= \"d\"", "The grammar is wrong at line 3, column 1: the rule 'root' is defined twice.")]
    [InlineData("root = \"a\"", "The grammar is wrong at line 1, column 6: '::=' is expected.")]
    [InlineData("root ::= \"a", "The grammar is wrong at line 1, column 10: a literal without its closing quote.")]
    [InlineData("root ::= \"a\"\n\nx ::= [a", "The grammar is wrong at line 3, column 7: a class of characters without its ']'.")]
    [InlineData("root ::= (\"a\"", "The grammar is wrong at line 1, column 10: a group without its ')'.")]
    [InlineData("root ::= \"a\")", "The grammar is wrong at line 1, column 13: a new line or the end is expected.")]
    [InlineData("root ::= \"a\" @", "The grammar is wrong at line 1, column 14: a new line or the end is expected.")]
    [InlineData("root ::= *", "The grammar is wrong at line 1, column 10: a new line or the end is expected.")]
    [InlineData("root ::= \"a\"{3,2}", "The grammar is wrong at line 1, column 13: bounds of repetition in the wrong order.")]
    [InlineData("root ::= \"a\"{3,99999999999}", "The grammar is wrong at line 1, column 16: a number above 2147483647.")]
    [InlineData("root ::= \"a\"{x}", "The grammar is wrong at line 1, column 14: a number is expected.")]
    [InlineData("root ::= \"\\q\"", "The grammar is wrong at line 1, column 11: an unknown escape.")]
    [InlineData("root ::= \"\\x4\"", "The grammar is wrong at line 1, column 11: 2 hexadecimal digits of a character are expected.")]
    [InlineData("root ::= [b-a]", "The grammar is wrong at line 1, column 11: a range of characters in the wrong order.")]
    [InlineData("root ::= <none>", "The grammar is wrong at line 1, column 10: the model has no token with this text.")]
    [InlineData("root ::= !<think>", "The grammar is wrong at line 1, column 10: negated tokens are not supported.")]
    [InlineData("root ::= \"a\"\0 \"b\"", "The grammar is wrong at line 1, column 13: a new line or the end is expected.")]
    public void What_is_wrong_has_line_and_column(string source, string problem) =>
        Assert.Equal(problem, GbnfParser.Parse(source, new ConstraintLimits(), FindToken).Problem);

    public static TheoryData<string, string> Hostile => new()
    {
        { "deep groups", "root ::= " + new string('(', 60_000) + "\"a\"" + new string(')', 60_000) },
        { "deep repetition", "root ::= \"a\"" + new string('*', 200_000) },
        { "left recursion", "root ::= root \"a\" | \"a\"" },
        { "hidden left recursion", "root ::= x root \"a\" | \"a\"\nx ::= \"\" | \"b\"" },
        { "long chain", string.Join('\n', Enumerable.Range(0, 4_000).Select(i => (i == 0 ? "root" : $"r{i}") + $" ::= r{i + 1}")) + "\nr4000 ::= \"a\"" },
        { "chain of deep groups", string.Join('\n', Enumerable.Range(0, 400).Select(i => (i == 0 ? "root" : $"r{i}") + " ::= " + new string('(', 250) + $"\"a\"? r{i + 1}" + new string(')', 250))) + "\nr400 ::= \"a\"" },
        { "doubling", string.Join('\n', Enumerable.Range(0, 64).Select(i => (i == 0 ? "root" : $"r{i}") + $" ::= r{i + 1} r{i + 1}")) + "\nr64 ::= \"a\"?" },
        { "many rules", string.Join('\n', Enumerable.Range(0, 5_000).Select(i => (i == 0 ? "root" : $"r{i}") + " ::= \"a\"")) },
        { "many alternatives", "root ::= " + string.Join(" | ", Enumerable.Range(0, 20_000).Select(i => $"\"{i}\"")) },
        { "many recursive alternatives", "root ::= " + string.Join(" | ", Enumerable.Range(0, 10_000).Select(i => $"\"{i}\" root")) + " | \"x\"" },
        { "nested bounds", "root ::= (((\"a\"{0,1000}){0,1000}){0,1000}){0,1000}" },
        { "never ends", "root ::= \"a\" root" },
        { "too long a minimum", "root ::= (\"a\" | \"b\" root){2000000000}" },
        { "ambiguous", "root ::= (x | x x)* \"!\"\nx ::= (y | y y)*\ny ::= [a-z]+ | [a-z] root" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Hostile_grammars_end_soon(string name, string source)
    {
        var compiler = new ConstraintCompiler(Vocabulary, new NoJson(), 4_096);
        _ = compiler.Vocabulary.Trie;
        long start = Stopwatch.GetTimestamp();
        ConstraintResult result = await compiler.CompileAsync(new OutputFormat(OutputFormatKind.Grammar, "grammar") { Source = source }, TestContext.Current.CancellationToken);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Assert.True(time < TimeSpan.FromSeconds(1), $"{name} took {time}");
        Assert.True(name is not "deep groups" || time < TimeSpan.FromMilliseconds(200), $"{name} took {time}");
        if (result.Factory is CompiledGrammar grammar)
        {
            AssertQuick(grammar, name);
            return;
        }

        Assert.Equal(EngineFailureCode.InvalidGrammar, result.Failure!.Code);
        Assert.Equal("grammar", result.Failure.Param);
    }

    /// <summary>Each token of a run takes little time, however the grammar can be read.</summary>
    private static void AssertQuick(CompiledGrammar grammar, string name)
    {
        ITokenConstraint constraint = grammar.Create();
        ulong[] mask = new ulong[grammar.Machine.Vocabulary.MaskWords];
        for (int step = 0; step < 30; step++)
        {
            long start = Stopwatch.GetTimestamp();
            constraint.FillMask(mask);
            int token = Enumerable.Range(0, Vocabulary.End).FirstOrDefault(token => TokenMask.IsAllowed(mask, token), Vocabulary.End);
            Assert.True(constraint.Accept(token));
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(400), $"{name}: token {step} took {Stopwatch.GetElapsedTime(start)}");
            if (token == Vocabulary.End)
            {
                return;
            }
        }
    }

    /// <summary>No schemas here.</summary>
    internal sealed class NoJson : IJsonGrammarBuilder
    {
        public GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits) => new(GrammarTests.Json(), null);
    }
}
