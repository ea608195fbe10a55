using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

public sealed class OutputTextTests
{
    [Theory]
    [InlineData("hello world", "STOP", "hello world", false)]
    [InlineData("hello STOP world", "STOP", "hello ", true)]
    [InlineData("STOP", "STOP", "", true)]
    [InlineData("STSTOP", "STOP", "ST", true)]
    [InlineData("STO", "STOP", "STO", false)]
    [InlineData("aé😀b", "😀", "aé", true)]
    [InlineData("aé😁b", "😀", "aé😁b", false)]
    [InlineData("ababac", "abac", "ab", true)]
    public void Any_partition_gives_the_text_before_the_first_stop(string input, string stop, string expected, bool stopped)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(input);
        for (int mask = 0; mask < 1 << Math.Min(bytes.Length - 1, 12); mask++)
        {
            var text = new OutputText([Encoding.UTF8.GetBytes(stop)]);
            var output = new StringBuilder();
            int start = 0;
            for (int end = 1; end <= bytes.Length; end++)
            {
                if (end == bytes.Length || (mask >> (end - 1) & 1) != 0)
                {
                    text.Append(bytes.AsSpan(start, end - start));
                    start = end;
                    string part = Strict(text.Take());
                    output.Append(part);
                    Assert.DoesNotContain(stop, output.ToString(), StringComparison.Ordinal);
                }
            }

            text.Flush();
            output.Append(Strict(text.Take()));
            Assert.Equal(expected, output.ToString());
            Assert.Equal(stopped, text.Stopped);
        }
    }

    [Fact]
    public void The_earliest_of_several_stops_wins()
    {
        var text = new OutputText([Encoding.UTF8.GetBytes("world"), Encoding.UTF8.GetBytes("lo w")]);
        Assert.True(text.Append("hello world"u8));
        Assert.Equal("hel", Strict(text.Take()));
        Assert.True(text.Append("more"u8));
        text.Flush();
        Assert.True(text.Take().IsEmpty);
    }

    [Fact]
    public void Invalid_bytes_become_replacement_characters_and_an_unfinished_end_is_dropped()
    {
        var text = new OutputText([]);
        text.Append([(byte)'a', 0xFF, (byte)'b', 0xC3, (byte)'c', 0xF0, 0x9F]);
        text.Flush();
        Assert.Equal("a\uFFFDb\uFFFDc", Strict(text.Take()));
    }

    [Fact]
    public void Nothing_is_sent_before_a_character_is_whole()
    {
        var text = new OutputText([]);
        byte[] smile = Encoding.UTF8.GetBytes("😀");
        for (int i = 0; i < 3; i++)
        {
            text.Append(smile.AsSpan(i, 1));
            Assert.True(text.Take().IsEmpty);
        }

        text.Append(smile.AsSpan(3, 1));
        Assert.Equal("😀", Strict(text.Take()));
    }

    [Theory]
    [InlineData("hello world", "STOP")]
    [InlineData("hello STOP world", "STOP")]
    [InlineData("STSTO", "STOP")]
    [InlineData("aé😀b", "😀")]
    [InlineData("é😁bé", "😀")]
    [InlineData("ababac", "abac")]
    public void Reports_leave_with_all_the_text_of_their_tokens(string input, string stop)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(input);
        int stopAt = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(stop));
        for (int mask = 0; mask < 1 << Math.Min(bytes.Length - 1, 12); mask++)
        {
            var text = new OutputText([Encoding.UTF8.GetBytes(stop)]);
            var ends = new List<int>();
            var sentTokens = new List<int>();
            int sentBytes = 0;
            int start = 0;
            for (int end = 1; end <= bytes.Length && !text.Stopped; end++)
            {
                if (end < bytes.Length && (mask >> (end - 1) & 1) == 0)
                {
                    continue;
                }

                text.Append(bytes.AsSpan(start, end - start), Report(ends.Count));
                ends.Add(start = end);
                Take(text, sentTokens, ref sentBytes);

                // What was sent ends where a token ends, and that is the last one told of.
                Assert.True(text.Stopped || sentBytes == (sentTokens.Count == 0 ? 0 : ends[sentTokens[^1]]), $"{mask}");
            }

            text.Flush();
            Take(text, sentTokens, ref sentBytes);
            int expected = stopAt < 0 ? ends.Count : ends.FindIndex(tokenEnd => tokenEnd >= stopAt) + (stopAt > 0 ? 1 : 0);
            Assert.Equal(Enumerable.Range(0, expected), sentTokens);
        }
    }

    [Fact]
    public void Reports_of_tokens_without_text_leave_with_the_next_text_or_at_the_end()
    {
        var text = new OutputText([]);
        text.Append([], Report(0));
        text.Append("a"u8, Report(1));
        Assert.Equal([0, 1], text.TakeReports()!.Select(report => report.Token.Token));
        Assert.Null(text.TakeReports());
        text.Append([0xF0], Report(2));
        Assert.Null(text.TakeReports());
        text.Flush();
        Assert.Equal([2], text.TakeReports()!.Select(report => report.Token.Token));
    }

    [Fact]
    public void The_stop_string_is_sent_when_it_is_asked_for()
    {
        var text = new OutputText([Encoding.UTF8.GetBytes("lo w")], includeStop: true);
        Assert.True(text.Append("hello world"u8));
        Assert.Equal("hello w", Strict(text.Take()));
    }

    private static TokenReport Report(int token) => new(new(token, -1), []);

    private static void Take(OutputText text, List<int> tokens, ref int bytes)
    {
        bytes += Strict(text.Take()).Sum(c => Encoding.UTF8.GetByteCount([c]) == 3 && char.IsSurrogate(c) ? 2 : Encoding.UTF8.GetByteCount([c]));
        tokens.AddRange((text.TakeReports() ?? []).Select(report => report.Token.Token));
    }

    private static string Strict(ReadOnlyMemory<byte> text) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.Span);
}
