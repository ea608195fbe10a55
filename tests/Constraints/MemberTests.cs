using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Machine;
using static MistralServe.Inference.Constraints.Grammar.GrammarNode;
using static MistralServe.Tests.Constraints.ConstraintAssert;

namespace MistralServe.Tests.Constraints;

/// <summary>Member lists: order, commas, required ones, counts, and thousands of optional ones.</summary>
public sealed class MemberTests
{
    private static readonly GrammarNode One = Literal("1");

    private static CompiledGrammar Object(string named, bool extra, int min = 0, int? max = null)
    {
        Member[] members = [.. named.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new Member($"\"{name.TrimEnd('!')}\"", One, name.EndsWith('!')))];
        string[] names = [.. named.Split(' ').Select(name => name.TrimEnd('!'))];
        var list = new MemberList
        {
            Named = members,
            Extra = extra ? [new ExtraMember(Text(Pattern.Not(Pattern.Strings(names)), TextEncoding.JsonString), Literal("2"))] : [],
            Separator = Literal(","),
            KeySeparator = Literal(":"),
            MinCount = min,
            MaxCount = max,
        };
        return Compile(Sequence(Literal("{"), Members(list), Literal("}")));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("{\"a\":1}", false)]
    [InlineData("{\"b\":1}", true)]
    [InlineData("{\"a\":1,\"b\":1}", true)]
    [InlineData("{\"a\":1,\"b\":1,\"c\":1,\"d\":1}", true)]
    [InlineData("{\"b\":1,\"d\":1}", true)]
    [InlineData("{\"b\":1,\"a\":1}", false)]
    [InlineData("{\"b\":1,}", false)]
    [InlineData("{,\"b\":1}", false)]
    [InlineData("{\"b\":1,\"b\":1}", false)]
    [InlineData("{\"b\":1,\"x\":2}", false)]
    public void Named_members_come_in_order(string text, bool accepted) => Assert.Equal(accepted, Accepts(Object("a b! c d", extra: false), text));

    [Theory]
    [InlineData("{\"b\":1,\"x\":2,\"y\":2}", true)]
    [InlineData("{\"x\":2}", false)]
    [InlineData("{\"x\":2,\"b\":1}", false)]
    [InlineData("{\"b\":1,\"c\":2}", false)]
    [InlineData("{\"b\":1,\"x\":1}", false)]
    [InlineData("{\"b\":1,\"x\":2,\"c\":1}", false)]
    public void Extra_members_come_last(string text, bool accepted) => Assert.Equal(accepted, Accepts(Object("a b! c d", extra: true), text));

    [Theory]
    [InlineData("{\"a\":1}", false)]
    [InlineData("{\"a\":1,\"c\":1}", true)]
    [InlineData("{\"c\":1}", false)]
    [InlineData("{\"a\":1,\"b\":1,\"c\":1}", true)]
    [InlineData("{\"a\":1,\"b\":1,\"c\":1,\"d\":1}", false)]
    [InlineData("{\"b\":1,\"d\":1}", true)]
    public void Counts_hold(string text, bool accepted) => Assert.Equal(accepted, Accepts(Object("a b c d", extra: false, 2, 3), text));

    [Theory]
    [InlineData("a b c! d! e", false, 0, 3)]
    [InlineData("a b c! d! e", false, 4, null)]
    [InlineData("a b c! d! e", false, 3, 3)]
    [InlineData("a b c d e", true, 3, 4)]
    [InlineData("a b!", true, 0, 1)]
    [InlineData("a b!", true, 4, null)]
    [InlineData("", true, 2, 2)]
    public void Walks_keep_counts_and_order(string named, bool extra, int min, int? max)
    {
        CompiledGrammar grammar = Object(named, extra, min, max);
        string[] order = [.. named.Split(' ').Select(name => name.TrimEnd('!'))];
        for (int seed = 0; seed < 60; seed++)
        {
            using var document = JsonDocument.Parse(Walk(grammar, seed));
            List<string> names = [.. document.RootElement.EnumerateObject().Select(member => member.Name)];
            Assert.InRange(names.Count, min, max ?? int.MaxValue);
            int[] places = [.. names.Select(name => Array.IndexOf(order, name)).Select(place => place < 0 ? 100 : place)];
            Assert.Equal(places.Order(), places);
            Assert.All(named.Split(' ').Where(name => name.EndsWith('!')), name => Assert.Contains(name.TrimEnd('!'), names));
        }
    }

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        var list = new MemberList { Named = [new Member("\"a\"", One, false)], Separator = Literal(","), KeySeparator = Literal(":"), MinCount = 2 };
        Assert.Equal("No text fits it.", GrammarCompiler.Compile(Members(list), Shared, new ConstraintLimits()).Problem);
    }

    [Fact]
    public void Five_thousand_optional_members_are_linear()
    {
        long start = Stopwatch.GetTimestamp();
        string[] names = [.. Enumerable.Range(0, 5_000).Select(i => $"property{i:D4}")];
        CompiledGrammar grammar = Object(string.Join(' ', names), extra: false);
        GrammarConstraint constraint = (GrammarConstraint)grammar.Create();
        var text = new StringBuilder("{");
        foreach (int i in (int[])[0, 17, 18, 2_500, 4_999])
        {
            text.Append(text.Length > 1 ? "," : "").Append('"').Append(names[i]).Append("\":1");
        }

        Assert.True(Accepts(grammar, text + "}"));
        Assert.False(Accepts(grammar, "{\"property0017\":1,\"property0016\":1}"));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "5,000 optional members took more than 2 s");
    }

    [Fact]
    public void A_name_besides_five_thousand_is_within_a_second()
    {
        long start = Stopwatch.GetTimestamp();
        string[] names = [.. Enumerable.Range(0, 5_000).Select(i => $"property{i:D4}")];
        CompiledGrammar grammar = Compile(Text(Pattern.Not(Pattern.Strings(names)), TextEncoding.JsonStringPlain));
        Assert.False(Accepts(grammar, "\"property4711\""));
        Assert.True(Accepts(grammar, "\"property5711\""));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "took more than 2 s");
    }

    [Fact]
    public void Fifty_thousand_texts_are_within_a_second()
    {
        long start = Stopwatch.GetTimestamp();
        CompiledGrammar grammar = Compile(Literals([.. Enumerable.Range(0, 50_000).Select(i => $"\"a rather long text with number {i * 7919}\"")]));
        Assert.True(Accepts(grammar, "\"a rather long text with number 7919\""));
        Assert.False(Accepts(grammar, "\"a rather long text with number 7920\""));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "took more than 2 s");
    }
}
