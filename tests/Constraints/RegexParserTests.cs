using System.Diagnostics;
using System.Text.RegularExpressions;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Languages;
using MistralServe.Inference.Constraints.Machine;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>Regular expressions: held against another engine, refused by name, limited.</summary>
public sealed class RegexParserTests
{
    public static TheoryData<string> Expressions =>
    [
        "", "a", "^a", "a$", "^a$", "a|b", "^a|b$", "(^a|b)c", "(a|^b$|c$)", "^(a|b)*$", "a{2}", "^a{2,}$", "^a{1,2}b?$", "^a*?b+?$", "[ab]c", "^[^ab]$", "^[a-b-]+$", "[]", "^[^]$",
        "a.c", "^.*$", @"^\d+$", @"^\D$", @"^\w\W\s\S$", @"^[\d-]+$", @"^[\w.]+$", @"\.", @"^\x61\u0062$", @"^\u{61}$", @"^[\u0061-\u0063]+$", @"^\cJ$", @"^\t\n$", @"^[\b]$", "^(?:ab)+$", "^(?<x>a)b$",
        "a{", "^a{,2}$", "^a{x}$", "]", "}", "^(a?){3}$", "^(a|ab)(c|bcd)$", "x$^", "^$", "(a*)*b", "^(|a)b$", @"^[^\d]a$", "^[a-c]{2}[b-d]{0,2}$", "^(ab|a(?:b|c)?)*$", @"^[\]\\]$", "a$b", "(^)?a",
    ];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Matches_what_another_engine_matches(string expression)
    {
        // .NET knows neither \u{...} nor ECMAScript's end of text.
        string other = expression.Replace(@"\u{61}", "a", StringComparison.Ordinal).Replace("[^]", @"[\s\S]", StringComparison.Ordinal).Replace("[]", "[^\\s\\S]", StringComparison.Ordinal);
        var reference = new Regex(Regex.Replace(other, @"(?<!\\)\$", @"\z"), RegexOptions.None, TimeSpan.FromSeconds(1));
        foreach (RegexMode mode in (RegexMode[])[RegexMode.Search, RegexMode.Whole])
        {
            PatternResult result = RegexParser.Parse(expression, mode);
            Assert.Null(result.Problem);
            var whole = new Regex($"^(?:{reference})\\z", RegexOptions.None, TimeSpan.FromSeconds(1));
            GrammarCompileResult compiled = GrammarCompiler.Compile(GrammarNode.Text(result.Pattern!), Shared, new ConstraintLimits());
            Assert.True(compiled.Succeeded || compiled.Problem == "No text fits it.", compiled.Problem);
            foreach (string text in Texts())
            {
                bool expected = mode == RegexMode.Whole ? whole.IsMatch(text) : reference.IsMatch(text);
                bool actual = compiled.Factory is CompiledGrammar grammar && Accepts(grammar, text);
                Assert.True(expected == actual, $"{mode} '{expression}' on '{text}': expected {expected}");
            }
        }
    }

    [Theory]
    [InlineData("a(?=b)", "a lookahead, which is not supported, at character 3")]
    [InlineData("a(?!b)", "a lookahead, which is not supported, at character 3")]
    [InlineData("(?<=a)b", "a lookbehind, which is not supported, at character 2")]
    [InlineData("(?<!a)b", "a lookbehind, which is not supported, at character 2")]
    [InlineData("(?i)a", "a group with flags, which is not supported, at character 2")]
    [InlineData(@"(a)\1", "a back reference, which is not supported, at character 4")]
    [InlineData(@"(?<x>a)\k<x>", "a back reference, which is not supported, at character 8")]
    [InlineData(@"\bword", "a word boundary \\b, which is not supported, at character 1")]
    [InlineData("(a", "a '(' without its ')' at character 1")]
    [InlineData("a)", "a ')' without its '(' at character 2")]
    [InlineData("[a", "a '[' without its ']' at character 1")]
    [InlineData("*a", "a '*' with nothing to repeat at character 1")]
    [InlineData("a**", "a '*' with nothing to repeat at character 3")]
    [InlineData("a{3,2}", "bounds of repetition in the wrong order at character 2")]
    [InlineData("a{99999999999}", "a bound of repetition above 2147483647 at character 2")]
    [InlineData("[b-a]", "a range of characters in the wrong order at character 3")]
    [InlineData("a\\", "a '\\' at the end at character 2")]
    [InlineData(@"\q", "an unknown escape \\q at character 1")]
    [InlineData(@"\p{Greek}", "a property of characters that is not supported ('Greek'; general categories are) at character 1")]
    [InlineData("(^a)*", "the repetition of an anchor, which is not supported, at character 5")]
    public void What_is_not_supported_is_named(string expression, string problem) =>
        Assert.Equal($"The regular expression has {problem}.", RegexParser.Parse(expression, RegexMode.Whole).Problem);

    [Theory]
    [InlineData(@"^\p{L}+$", "éß日a", true)]
    [InlineData(@"^\p{Lu}$", "a", false)]
    [InlineData(@"^\P{L}$", "1", true)]
    [InlineData(@"^[\p{N}_]+$", "1_²", true)]
    [InlineData(@"^.$", "😀", true)]
    [InlineData(@"^\ud83d\ude00$", "😀", true)]
    [InlineData("^\\s$", "\u00A0", true)]
    public void Characters_beyond_ascii(string expression, string text, bool matches) =>
        Assert.Equal(matches, Accepts(Compile(GrammarNode.Text(RegexParser.Parse(expression, RegexMode.Search).Pattern!)), text));

    [Fact]
    public void Large_bounds_of_one_character_are_counted() =>
        Assert.True(Accepts(Compile(GrammarNode.Text(RegexParser.Parse("[ab]{3,1000000}", RegexMode.Whole).Pattern!)), "abababab"));

    public static TheoryData<string> Hostile =>
    [
        new string('(', 60_000) + new string(')', 60_000),
        new string('(', 8_000),
        string.Concat(Enumerable.Repeat("(a|", 4_000)),
        new string('{', 16_000),
        new string('[', 16_000),
        string.Concat(Enumerable.Repeat("a?", 8_000)),
        "(a|b)*a(a|b){30}",
        @"[\s\S]*a[\s\S]{25}",
        "((a{0,1000}){0,1000}){0,1000}",
        "(((((a*)*)*)*)*)*b",
        string.Join('|', Enumerable.Range(0, 4_000).Select(i => $"{i}")),
        string.Concat(Enumerable.Repeat("(x+x+)+", 1_000)) + "y",
        @"(\p{L}|\p{N}){1,200}\p{Lu}(\p{L}|\p{N}){1,200}",
        "a{2147483647}",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_expressions_end_soon(string expression)
    {
        long start = Stopwatch.GetTimestamp();
        PatternResult result = RegexParser.Parse(expression, RegexMode.Whole);
        if (result.Pattern is not null)
        {
            GrammarCompileResult compiled = GrammarCompiler.Compile(GrammarNode.Text(result.Pattern), Shared, new ConstraintLimits { MaxTextBytes = 1_000_000 });
            Assert.True(compiled.Succeeded || compiled.Problem is not null);
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Assert.True(time < TimeSpan.FromSeconds(1), $"took {time}");
    }

    /// <summary>All texts of up to four characters out of a few, and some more.</summary>
    private static IEnumerable<string> Texts()
    {
        const string Characters = "abc1-";
        List<string> last = [""];
        List<string> all = [""];
        for (int length = 1; length <= 4; length++)
        {
            last = [.. last.SelectMany(text => Characters.Select(c => text + c))];
            all.AddRange(last);
        }

        return [.. all, "\n", "a\nc", "d", "b]", "]", "}", "{", "a{x}", "a{", "a{,2}", "\\", "\t\n", "\b", "ab.", "a b", "1a", "a, b", "abcd", "aabcd", "_ x", "_- x"];
    }
}
