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

    [Fact]
    public void A_stop_string_counts_in_open_stretches_that_touch()
    {
        const string Text = "a|x|bx|cx-xd";
        foreach ((string stop, string expected) in ((string, string)[])[("x", "a|x|b"), ("a|", Text), ("|x", Text), ("xd", "a|x|bx|cx-"), ("cx", "a|x|bx|"), ("bx|c", Text), ("x-x", "a|x|bx|c")])
        {
            foreach (int size in (int[])[1, 2, 5, 100])
            {
                // Closed: bars, and what stands between the first two.
                var text = new OutputText([Encoding.UTF8.GetBytes(stop)], scope: new FixedScope([(1, true), (3, false), (2, true), (1, false), (2, true), (3, true)]));
                var sent = new StringBuilder();
                for (int start = 0; start < Text.Length && !text.Stopped; start += size)
                {
                    text.Append(Encoding.UTF8.GetBytes(Text[start..Math.Min(Text.Length, start + size)]));
                    sent.Append(Strict(text.Take()));
                }

                text.Flush();
                Assert.Equal((stop, expected, expected != Text), (stop, sent.Append(Strict(text.Take())).ToString(), text.Stopped));
            }
        }
    }

    // Stretches of known lengths, each told when it is there as a whole.
    private sealed class FixedScope(IEnumerable<(int Length, bool IsOpen)> stretches) : IStopScope
    {
        private readonly Queue<(int Length, bool IsOpen)> _stretches = new(stretches);
        private int _length;

        public void Append(ReadOnlySpan<byte> text) => _length += text.Length;

        public void Complete()
        {
        }

        public bool TryTake(out int length, out bool isOpen)
        {
            (length, isOpen) = _stretches.TryPeek(out (int Length, bool IsOpen) next) && next.Length <= _length ? _stretches.Dequeue() : default;
            _length -= length;
            return length > 0;
        }
    }

    private static TokenReport Report(int token) => new(new(token, -1), []);

    private static void Take(OutputText text, List<int> tokens, ref int bytes)
    {
        bytes += Strict(text.Take()).Sum(c => Encoding.UTF8.GetByteCount([c]) == 3 && char.IsSurrogate(c) ? 2 : Encoding.UTF8.GetByteCount([c]));
        tokens.AddRange((text.TakeReports() ?? []).Select(report => report.Token.Token));
    }

    private static string Strict(ReadOnlyMemory<byte> text) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.Span);
}
