using System.IO.Pipelines;
using System.Text;
using MistralServe.Json;

namespace MistralServe.Tests.Json;

public sealed class SseWriterTests
{
    [Fact]
    public async Task Events_are_data_lines_and_arrive_with_the_flush()
    {
        var pipe = new Pipe();
        using var events = new SseWriter(pipe.Writer);
        events.BeginJson().WriteStringValue("é😀<\n");
        events.EndJson();
        events.WriteComment();
        events.WriteDone();
        Assert.True(events.HasPending);
        Assert.False(pipe.Reader.TryRead(out _));

        Assert.True(await events.FlushAsync(CancellationToken.None));
        Assert.False(events.HasPending);
        ReadResult result = await pipe.Reader.ReadAsync();
        Assert.Equal("data: \"é\\uD83D\\uDE00<\\n\"\n\n:\n\ndata: [DONE]\n\n", Encoding.UTF8.GetString(result.Buffer));
    }

    [Fact]
    public async Task A_reader_that_left_is_reported()
    {
        var pipe = new Pipe();
        using var events = new SseWriter(pipe.Writer);
        await pipe.Reader.CompleteAsync();
        events.WriteComment();
        Assert.False(await events.FlushAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_aborted_request_is_reported()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        using var events = new SseWriter(pipe.Writer);
        using var aborted = new CancellationTokenSource();
        events.WriteComment();
        ValueTask<bool> flush = events.FlushAsync(aborted.Token);
        await aborted.CancelAsync();
        Assert.False(await flush);
    }

    [Fact]
    public async Task Writing_an_event_allocates_nothing()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var events = new SseWriter(pipe.Writer);
        Write100();
        await events.FlushAsync(CancellationToken.None);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Write100();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Write100()
        {
            for (int i = 0; i < 100; i++)
            {
                events.BeginJson().WriteStringValue("token"u8);
                events.EndJson();
            }
        }
    }
}
