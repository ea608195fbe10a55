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

    private static string Strict(ReadOnlyMemory<byte> text) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.Span);
}
