using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Machine;
using static MistralServe.Inference.Constraints.Grammar.GrammarNode;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>The grammar representation: what each kind of node accepts, and that masks agree with it everywhere.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("abc", true)]
    [InlineData("ab", false)]
    [InlineData("abcd", false)]
    public void A_literal_is_itself(string text, bool accepted) => Assert.Equal(accepted, Accepts(Compile(Sequence(Literal("a"), Literal("bc"))), text));

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("abc", true)]
    [InlineData("b", true)]
    [InlineData("ab", false)]
    public void Literals_are_one_of_them(string text, bool accepted) => Assert.Equal(accepted, Accepts(Compile(Literals(["abc", "a", "b", "a", "bcd"])), text));

    [Theory]
    [InlineData("\"日本\"", true)]
    [InlineData("\"日\"", false)]
    [InlineData("\"日本日本\"", false)]
    [InlineData("\"\\u65e5\\u672C\"", true)]
    [InlineData("\"\\ud83d\\ude00!\"", true)]
    [InlineData("\"\\ud83d\"", false)]
    [InlineData("\"\\ud83dx\"", false)]
    [InlineData("\"\\\"\\/\\n\"", true)]
    [InlineData("\"\n\n\"", false)]
    [InlineData("\"😀é\"", true)]
    [InlineData("\"\\x\"", false)]
    public void A_json_string_counts_characters_of_the_value(string text, bool accepted) =>
        Assert.Equal(accepted, Accepts(Compile(Text(Pattern.AnyText, TextEncoding.JsonString, 2, 3)), text));

    [Theory]
    [InlineData("\"A\"", true)]
    [InlineData("\"\\u0041\"", false)]
    [InlineData("\"\\n\"", true)]
    [InlineData("\"\\u000a\"", false)]
    [InlineData("\"\\u001f\"", true)]
    [InlineData("\"/\"", true)]
    [InlineData("\"\\/\"", false)]
    public void A_plain_json_string_has_one_spelling(string text, bool accepted) =>
        Assert.Equal(accepted, Accepts(Compile(Text(Pattern.AnyText, TextEncoding.JsonStringPlain)), text));

    [Theory]
    [InlineData("\"name\"", false)]
    [InlineData("\"n\\u0061me\"", false)]
    [InlineData("\"nam\"", true)]
    [InlineData("\"names\"", true)]
    [InlineData("\"age\"", false)]
    [InlineData("\"\"", true)]
    public void A_name_can_be_anything_but_some(string text, bool accepted) =>
        Assert.Equal(accepted, Accepts(Compile(Text(Pattern.Not(Pattern.Strings(["name", "age"])), TextEncoding.JsonString)), text));

    [Fact]
    public void Patterns_intersect_with_lengths_exactly()
    {
        // Pairs of a and b of 5 to 7 characters: only 6 is possible, and a mask must never lead to 5.
        Pattern pairs = Pattern.Repeat(Pattern.Literal("ab"), 0, null);
        CompiledGrammar grammar = Compile(Text(Pattern.AllOf(pairs, Pattern.Not(Pattern.Literal("abababab"))), TextEncoding.Utf8, 5, 7));
        Assert.True(Accepts(grammar, "ababab"));
        Assert.False(Accepts(grammar, "abab"));
        Assert.False(Accepts(grammar, "abababab"));
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.Equal("ababab", Encoding.UTF8.GetString(Walk(grammar, seed)));
        }
    }

    [Fact]
    public void Lengths_that_cannot_be_met_are_refused()
    {
        GrammarCompileResult result = GrammarCompiler.Compile(Text(Pattern.Repeat(Pattern.Literal("ab"), 0, null), TextEncoding.JsonString, 5, 5), Shared, new ConstraintLimits());
        Assert.Equal("No text fits it.", result.Problem);
    }

    [Theory]
    [InlineData(65_535, 65_537)]
    [InlineData(0, int.MaxValue)]
    [InlineData(1_000, 1_000)]
    public void Large_lengths_cost_nothing(int min, int max)
    {
        CompiledGrammar grammar = Compile(Text(Pattern.AnyText, TextEncoding.JsonString, min, max));
        GrammarConstraint constraint = (GrammarConstraint)grammar.Create();
        Assert.True(constraint.Accept('"'));
        for (int i = 0; i < min; i++)
        {
            Assert.False(constraint.Allows('"'));
            Assert.True(constraint.Accept('a'));
            if (i % 997 == 0 || i > min - 20)
            {
                ulong[] mask = new ulong[Shared.MaskWords];
                constraint.FillMask(mask);
                AssertMask(grammar, constraint.State, mask);
            }
        }

        Assert.True(constraint.Accept('"'));
        Assert.True(constraint.Allows(Vocabulary.End));
    }

    [Fact]
    public void Repetition_is_counted_without_expansion()
    {
        GrammarNode item = AnyOf(Literal("1"), Sequence(Literal("["), Literal("2"), Literal("]")));
        CompiledGrammar grammar = Compile(Sequence(Literal("["), Repeat(Sequence(item, Literal(",")), 10_000, int.MaxValue), Literal("]")));
        var constraint = (GrammarConstraint)grammar.Create();
        Assert.True(constraint.Accept('['));
        for (int i = 0; i < 10_000; i++)
        {
            Assert.False(constraint.Allows(']'));
            Assert.True(constraint.Accept('1'));
            Assert.True(constraint.Accept(','));
        }

        Assert.True(constraint.Accept(']'));
    }

    [Fact]
    public void Empty_runs_do_not_make_repetition_endless()
    {
        GrammarNode nothing = Optional(Literal("x"));
        CompiledGrammar grammar = Compile(Sequence(Repeat(nothing, 3, 1_000_000), Repeat(Repeat(nothing, 0, null), 2, null), Literal("a")));
        Assert.True(Accepts(grammar, "a"));
        Assert.True(Accepts(grammar, "xxxxxa"));
        Assert.False(Accepts(grammar, "xxb"));
    }

    [Fact]
    public void Recursion_follows_the_stack()
    {
        var rule = new GrammarRule("nested");
        rule.Body = Sequence(Literal("("), Repeat(AnyOf(Rule(rule), Literal("a")), 0, null), Literal(")"));
        CompiledGrammar grammar = Compile(Rule(rule));
        Assert.True(Accepts(grammar, "((a)a(aa))"));
        Assert.False(Accepts(grammar, "((a)a(aa)"));
        Assert.False(Accepts(grammar, "((a)a(aa)))"));
        for (int seed = 0; seed < 30; seed++)
        {
            string text = Encoding.UTF8.GetString(Walk(grammar, seed));
            Assert.Equal(text.Count(c => c == '('), text.Count(c => c == ')'));
        }
    }

    [Fact]
    public void A_deep_stack_is_no_problem()
    {
        var rule = new GrammarRule("nested");
        rule.Body = Sequence(Literal("("), Optional(Rule(rule)), Literal(")"));
        GrammarConstraint constraint = (GrammarConstraint)Compile(Rule(rule)).Create();
        ulong[] mask = new ulong[Shared.MaskWords];
        for (int i = 0; i < 50_000; i++)
        {
            Assert.True(constraint.Accept('('));
        }

        constraint.FillMask(mask);
        for (int i = 0; i < 50_000; i++)
        {
            Assert.True(constraint.Accept(')'));
        }

        Assert.True(constraint.Allows(Vocabulary.End));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Left_recursion_is_refused_by_name(bool isHidden)
    {
        var rule = new GrammarRule("expression");
        rule.Body = AnyOf(Literal("1"), Sequence(isHidden ? Optional(Literal("-")) : Empty, Rule(rule), Literal("+1")));
        GrammarCompileResult result = GrammarCompiler.Compile(Rule(rule), Shared, new ConstraintLimits());
        Assert.Contains("'expression' begins with itself", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_that_never_end_are_never_entered()
    {
        var endless = new GrammarRule("endless");
        endless.Body = Sequence(Literal("a"), Rule(endless));
        CompiledGrammar grammar = Compile(AnyOf(Rule(endless), Literal("ab"), Sequence(Literal("ac"), Never)));
        Assert.False(grammar.Create().Allows(Vocabulary.Id("aa")));
        Assert.True(Accepts(grammar, "ab"));
        Assert.Equal("No text fits it.", GrammarCompiler.Compile(Rule(endless), Shared, new ConstraintLimits()).Problem);
    }

    [Fact]
    public void Tokens_by_id_are_tokens_and_not_text()
    {
        int control = Vocabulary.FirstControl;
        CompiledGrammar grammar = Compile(Sequence(Literal("a"), Tokens(control), Literal("b")));
        GrammarConstraint constraint = (GrammarConstraint)grammar.Create();
        Assert.False(constraint.Allows(control));
        Assert.True(constraint.Accept('a'));
        Assert.False(constraint.Allows('b'));
        Assert.False(constraint.Allows(Vocabulary.Id("ab")));
        Assert.False(constraint.Allows(control + 1));
        ulong[] mask = new ulong[Shared.MaskWords];
        constraint.FillMask(mask);
        AssertMask(grammar, constraint.State, mask);
        Assert.True(constraint.Accept(control));
        Assert.True(constraint.Accept('b'));
        Assert.True(constraint.Allows(Vocabulary.End));
        Assert.True(constraint.Accept(Vocabulary.End));
    }

    public static TheoryData<string, string> Languages => new()
    {
        { "ambiguous spaces", """^ *( +| {2})* *x$""" },
        { "words", """^([a-c]+|the)( (the|ab|[a-d]{2,3}))*$""" },
        { "anything then mark", """^[^x]*x[ab]*$""" },
        { "optional tails", """^(ab?c?d?)*(\+1)?$""" },
    };

    [Theory]
    [MemberData(nameof(Languages))]
    public void Walks_stay_in_the_language(string name, string expression)
    {
        CompiledGrammar grammar = Compile(Language(name));
        for (int seed = 0; seed < 60; seed++)
        {
            string text = Encoding.UTF8.GetString(Walk(grammar, seed));
            Assert.Matches(new Regex(expression.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.Singleline), text);
        }
    }

    private static GrammarNode Language(string name)
    {
        GrammarNode Set(string chars, int min, int? max) => Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(chars)), min, max));
        return name switch
        {
            "ambiguous spaces" => Sequence(Set(" ", 0, null), Repeat(AnyOf(Set(" ", 1, null), Literal("  ")), 0, null), Set(" ", 0, null), Literal("x")),
            "words" => Sequence(AnyOf(Set("abc", 1, null), Literal("the")), Repeat(Sequence(Literal(" "), AnyOf(Literals(["the", "ab"]), Set("abcd", 2, 3))), 0, null)),
            "anything then mark" => Sequence(Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of("x").Complement()), 0, null)), Literal("x"), Set("ab", 0, null)),
            _ => Sequence(Repeat(Sequence(Literal("a"), Optional(Literal("b")), Optional(Literal("c")), Optional(Literal("d"))), 0, null), Optional(Literal("+1"))),
        };
    }

    /// <summary>Any JSON value, with little white space.</summary>
    internal static GrammarNode Json()
    {
        var value = new GrammarRule("value");
        GrammarNode space = Text(Pattern.Repeat(Pattern.Chars(CodePointSet.Of(" \n")), 0, 2));
        GrammarNode text = Text(Pattern.AnyText, TextEncoding.JsonString);
        Pattern digit = Pattern.Chars(CodePointSet.Of(('0', '9')));
        Pattern number = Pattern.Sequence(
            Pattern.Optional(Pattern.Literal("-")),
            Pattern.AnyOf(Pattern.Literal("0"), Pattern.Sequence(Pattern.Chars(CodePointSet.Of(('1', '9'))), Pattern.Repeat(digit, 0, null))),
            Pattern.Optional(Pattern.Sequence(Pattern.Literal("."), Pattern.Repeat(digit, 1, null))));
        GrammarNode comma = Sequence(space, Literal(","), space);
        GrammarNode list = Optional(Sequence(Rule(value), Repeat(Sequence(comma, Rule(value)), 0, null)));
        GrammarNode members = Members(new MemberList { Named = [], Extra = [new ExtraMember(text, Rule(value))], Separator = comma, KeySeparator = Sequence(space, Literal(":"), space) });
        value.Body = AnyOf(
            text,
            Text(number),
            Literals(["true", "false", "null"]),
            Sequence(Literal("["), space, list, space, Literal("]")),
            Sequence(Literal("{"), space, members, space, Literal("}")));
        return Rule(value);
    }

    [Fact]
    public void Walks_through_json_are_json()
    {
        CompiledGrammar grammar = Compile(Json());
        for (int seed = 0; seed < 150; seed++)
        {
            byte[] text = Walk(grammar, seed);
            using var document = JsonDocument.Parse(text);
            Assert.True(Accepts(grammar, Encoding.UTF8.GetString(text)));
        }
    }
}
