using System.Text;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Engine;
using MistralServe.Tests.Chat.ToolFormats;

namespace MistralServe.Tests.Chat;

/// <summary>Stop strings beside tools: what the engine sends on of an answer of each format.</summary>
public sealed class TextScopeTests
{
    public static TheoryData<string> Names => FormatSamples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_a_call_ends_the_answer(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        foreach (string text in (string[])[sample.Two, sample.Nested, sample.Empty])
        {
            // Every character, and every piece of three.
            string[] stops = [.. text.EnumerateRunes().Select(rune => rune.ToString()).Concat(Enumerable.Range(0, text.Length - 3).Select(i => text.Substring(i, 3))).Distinct()
                .Where(stop => !char.IsSurrogate(stop[0]) && !char.IsSurrogate(stop[^1]))];
            foreach (Func<int> cut in Cuts(text))
            {
                Assert.Equal((text, null), Run(sample, text, cut, stops));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_before_and_behind_a_call_ends_at_a_stop_string(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string before = sample.ContentOpen + "Let me look.";
        string call = sample.Two;
        string behind = (sample.OnlyAtStart ? "\n" : "") + sample.ContentOpen + "All done now.";
        foreach (Func<int> cut in Cuts(call))
        {
            Assert.Equal((before[..^5], 1), Run(sample, before + sample.ContentClose + call, cut, "a,", "look"));
            Assert.Equal((call + behind[..^9], 0), Run(sample, call + behind, cut, "done", "\", "));
            if (!sample.OnlyAtStart)
            {
                // Not even where only the call is between.
                Assert.Equal((before + sample.ContentClose + call + behind, null), Run(sample, before + sample.ContentClose + call + behind, cut, ".All", "k.\n" + call[0]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reasoning_ends_at_a_stop_string_and_its_marks_do_not(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string text = sample.Think.Open + "One, two." + sample.Think.Close + sample.ContentOpen + "Three.";
        foreach (Func<int> cut in Cuts(text))
        {
            Assert.Equal((sample.Think.Open + "One, ", 0), Run(sample, text, cut, "two"));
            Assert.Equal((text, null), Run(sample, text, cut, sample.Think.Open.Trim(), sample.Think.Close.Trim()));
        }
    }

    // Rows: format, answer, stop string, what is sent on; null is all.
    [Theory]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"launch\", \"arguments\": {}}\n</tool_call>", "launch", "<tool_call>\n{\"name\": \"")] // no tool of the request: text
    [InlineData("hermes", "<tool_call>\n{\"name\": \"get_wea", "wea", "<tool_call>\n{\"name\": \"get_")] // known at the end only
    [InlineData("hermes", "<tool_call>\n{\"name\": \"now\", \"arguments\": {oops} }\n</tool_call> a", "ops", "<tool_call>\n{\"name\": \"now\", \"arguments\": {o")] // a call that breaks
    [InlineData("hermes", "a <tool_call b", "call", "a <tool_")]
    [InlineData("hermes", "One\n\nTwo", "\n\n", "One")]
    [InlineData("hermes", "One\n\n", "\n\n", "One")]
    [InlineData("hermes", "One\n\n<tool_call>\n{\"name\": \"now\"}\n</tool_call>\n\n", "\n\n", null)]
    [InlineData("generic", "{\"b\": 1, \"c\": 2}", "\"c\"", "{\"b\": 1, ")] // begins like a call
    [InlineData("llama-3", "<|python_tag|>print(1)", "(", "<|python_tag|>print")]
    [InlineData("harmony", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b, c", ",", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b")]
    [InlineData("harmony", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b, c", "final", null)]
    public void What_is_text_is_said_by_the_parser(string name, string text, string stop, string? expected)
    {
        FormatSample sample = FormatSamples.Get(name);
        foreach (Func<int> cut in Cuts(text))
        {
            Assert.Equal((expected ?? text, expected is null ? null : 0), Run(sample, text, cut, "never", stop) is var (sent, index) ? (sent, index - 1) : default);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Endless_empty_lines_end_at_a_stop_string(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        string text = sample.ContentOpen + "Well." + new string('\n', 100);
        (string sent, int? index) = Run(sample, text, () => 1, flush: false, "\n\n");
        Assert.Equal((sample.ContentOpen + "Well.", 0), (sent, index));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reports_leave_with_all_the_text_of_their_tokens(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        byte[] bytes = Encoding.UTF8.GetBytes(sample.Two + (sample.OnlyAtStart ? "\n" : "") + sample.ContentOpen + "Schön, it is done.");
        var random = new Random(1);
        OutputText text = Create(sample, "done", "\"");
        var ends = new List<int>();
        var told = new List<int>();
        int sent = 0;
        for (int start = 0; start < bytes.Length && !text.Stopped; start = ends[^1])
        {
            int end = Math.Min(bytes.Length, start + random.Next(1, 6));
            text.Append(bytes.AsSpan(start, end - start), new TokenReport(new(ends.Count, -1), []));
            ends.Add(end);
            sent += text.Take().Length;
            told.AddRange((text.TakeReports() ?? []).Select(report => report.Token.Token));
            Assert.True(text.Stopped || sent == (told.Count == 0 ? 0 : ends[told[^1]]), $"{sent} bytes and {told.Count} tokens");
        }

        int stop = bytes.Length - "done.".Length;
        Assert.Equal((true, stop), (text.Stopped, sent));
        Assert.Equal(Enumerable.Range(0, ends.FindIndex(end => end >= stop) + 1), told);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Broken_bytes_never_throw_and_are_not_lost(string name)
    {
        FormatSample sample = FormatSamples.Get(name);
        byte[] source = Encoding.UTF8.GetBytes(sample.Think.Open + "Hm." + sample.Think.Close + sample.ContentOpen + "Ja, schön." + sample.ContentClose + sample.Nested + sample.Two);
        var random = new Random(name.Length);
        for (int i = 0; i < 150; i++)
        {
            byte[] bytes = [.. source];
            for (int change = 0; change < 1 + (i % 6); change++)
            {
                bytes[random.Next(bytes.Length)] = i % 2 == 0 ? (byte)random.Next(256) : (byte)"{}[]<>\"'\\,:=| \nx"[random.Next(16)];
            }

            var free = new OutputText([]);
            OutputText scoped = Create(sample, "\u0001\u0002");
            for (int start = 0, end; start < bytes.Length; start = end)
            {
                end = Math.Min(bytes.Length, start + random.Next(1, 9));
                free.Append(bytes.AsSpan(start, end - start));
                scoped.Append(bytes.AsSpan(start, end - start));
            }

            free.Flush();
            scoped.Flush();
            Assert.Equal(free.Take().ToArray(), scoped.Take().ToArray());
        }
    }

    private static Func<int>[] Cuts(string text)
    {
        var random = new Random(text.Length);
        return [() => int.MaxValue, () => 1, () => random.Next(1, 12)];
    }

    private static OutputText Create(FormatSample sample, params string[] stops)
    {
        var options = new ToolParseOptions { Tools = FormatSample.Tools, PromptEnd = sample.PromptEnd };
        return new OutputText([.. stops.Select(Encoding.UTF8.GetBytes)], scope: new TextScope(sample.Format.CreateParser(options)));
    }

    private static (string Sent, int? Stop) Run(FormatSample sample, string answer, Func<int> cut, params string[] stops) => Run(sample, answer, cut, flush: true, stops);

    private static (string Sent, int? Stop) Run(FormatSample sample, string answer, Func<int> cut, bool flush, params string[] stops)
    {
        OutputText text = Create(sample, stops);
        var sent = new List<byte>();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(answer);
        while (!rest.IsEmpty && !text.Stopped)
        {
            int length = Math.Min(rest.Length, cut());
            text.Append(rest[..length]);
            sent.AddRange(text.Take().Span);
            rest = rest[length..];
        }

        if (flush)
        {
            text.Flush();
        }

        sent.AddRange(text.Take().Span);
        return (Encoding.UTF8.GetString([.. sent]), text.StopIndex);
    }
}
