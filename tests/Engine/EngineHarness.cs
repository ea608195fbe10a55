using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>A started engine over a given runner, and shorthands to drive it.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    public EngineHarness(IRunner runner, EngineOptions? options = null, TimeProvider? time = null)
    {
        Engine = new InferenceEngine(options ?? new EngineOptions(), _ => (runner, null), time ?? TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        Engine.Start();
    }

    public InferenceEngine Engine { get; }

    public static GenerationRequest Request(string prompt, int maxTokens = 100, params string[] stops) => new()
    {
        Prompt = [.. Encoding.UTF8.GetBytes(prompt).Select(b => (int)b)],
        MaxTokens = maxTokens,
        Sampling = new() { Temperature = 0 },
        StopStrings = [.. stops.Select(Encoding.UTF8.GetBytes)],
    };

    public Generation Submit(GenerationRequest request)
    {
        (QueuePlace? place, EngineFailure? failure) = Engine.TryEnter(request.Principal, request.Choices);
        Assert.Null(failure);
        return Engine.Submit(request, place!);
    }

    /// <summary>Reads a generation to its end.</summary>
    public static async Task<(string Text, GenerationEvent Last, List<GenerationEvent> Events)> ReadAsync(Generation generation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new List<byte>();
        var events = new List<GenerationEvent>();
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(limit.Token))
        {
            events.Add(item);
            text.AddRange(item.Text.Span);
        }

        return (Encoding.UTF8.GetString([.. text]), events[^1], events);
    }

    public async Task WaitIdleAsync()
    {
        for (int i = 0; Engine.ActiveCount > 0; i++)
        {
            Assert.True(i < 5000, $"{Engine.ActiveCount} requests are still active");
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Engine.Stop();
        await Engine.Ended.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
