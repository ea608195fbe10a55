using MistralServe.Bench.Child;
using MistralServe.Bench.Machine;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Resident memory before the first request and while four clients are served.</summary>
internal sealed class MemoryCase : BenchCase
{
    private const int Clients = 4;
    private const int PromptTokens = 512;
    private const int DecodeTokens = 64;
    private const double Megabyte = 1e6;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);
    private static readonly ServerShape Shape = new(Clients, RoomTokens: 2048);

    /// <inheritdoc/>
    public override string Name => "j";

    /// <inheritdoc/>
    public override string Title => "resident memory: idle after start, and highest while 4 clients send 512-token prompts and read 64 tokens";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await round.ForEachColdServerAsync(Shape, async session =>
        {
            await session.Server.WaitReadyAsync(session.Client);
            round.Add(Metrics.IdleMemory, session.Engine, ProcessMemory.ReadResidentBytes(session.Server.ProcessId) / Megabyte);
            int[][] prompts = [.. Enumerable.Range(0, Clients).Select(_ => session.Prompts.MakeTokens(PromptTokens))];
            Task load = Task.WhenAll(prompts.Select(prompt => session.Client.CompleteAsync(prompt, DecodeTokens)));
            long highest = 0;
            do
            {
                await Task.WhenAny(load, Task.Delay(SampleInterval));
                highest = Math.Max(highest, ProcessMemory.ReadResidentBytes(session.Server.ProcessId));
            }
            while (!load.IsCompleted);
            await load;
            round.Add(Metrics.BusyMemory, session.Engine, highest / Megabyte);
        });
        BareResult? bare = await round.RunBareAsync(Clients, Shape.RoomTokens, PromptTokens, DecodeTokens);
        if (bare is not null)
        {
            round.Add(Metrics.IdleMemory, EngineNames.BareLoop, bare.LoadedBytes / Megabyte);
            round.Add(Metrics.BusyMemory, EngineNames.BareLoop, bare.EndBytes / Megabyte);
        }
    }
}
