using System.Text.Json;
using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Machine;
using MistralServe.Bench.Peers;
using MistralServe.Bench.Report;
using MistralServe.Inference.Native;

namespace MistralServe.Bench;

/// <summary>
/// One round of one case: starts engines one after the other, never two, and collects their numbers. What an engine fails to do
/// becomes a note, and the round goes on with the next. Used by one task.
/// </summary>
/// <param name="caseName">Name of the case.</param>
/// <param name="index">Zero-based number of the round.</param>
/// <param name="options">What was asked for.</param>
/// <param name="vocabulary">The model's tokens, for prompts.</param>
/// <param name="document">Takes samples and notes.</param>
internal sealed class Round(string caseName, int index, BenchOptions options, LlamaVocabulary vocabulary, BenchDocument document)
{
    // Others may use this share of all cores before a warning: more moves results beyond the noise.
    private const double QuietShare = 0.08;
    private static readonly TimeSpan LoadProbe = TimeSpan.FromMilliseconds(250);

    /// <summary>The options of the run.</summary>
    public BenchOptions Options => options;

    /// <summary>Seed of this round's prompts; no other round or case has it.</summary>
    public int Seed { get; } = unchecked((options.Seed * 31) + caseName.Aggregate(index * 7919, (sum, letter) => (sum * 131) + letter)) & int.MaxValue;

    /// <summary>Notes a number.</summary>
    public void Add(string metric, string engine, double value) => document.Samples.Add(new Sample(caseName, metric, engine, index, value));

    /// <summary>Starts each server in turn, waits until it is ready, warms it up, measures, and stops it.</summary>
    public Task ForEachServerAsync(ServerShape shape, Func<ServerSession, Task> measure) => ForEachServerAsync(shape, options.Model, measure);

    /// <summary>As above, with another model than that of the options, whose vocabulary has the tokens of its prompts too.</summary>
    public Task ForEachServerAsync(ServerShape shape, string model, Func<ServerSession, Task> measure) => ForEachColdServerAsync(shape, model, async session =>
    {
        await session.Server.WaitReadyAsync(session.Client);
        await session.Client.CompleteAsync(session.Prompts.MakeTokens(8), 4);
        await measure(session);
    });

    /// <summary>As <see cref="ForEachServerAsync"/>, but hands the server over just after exec.</summary>
    public Task ForEachColdServerAsync(ServerShape shape, Func<ServerSession, Task> measure) => ForEachColdServerAsync(shape, options.Model, measure);

    private async Task ForEachColdServerAsync(ServerShape shape, string model, Func<ServerSession, Task> measure)
    {
        foreach (ServerPeer peer in ServerPeer.FromOptions(options))
        {
            await TryAsync<object>(peer.Name, async () =>
            {
                await using ServerProcess server = ServerProcess.Start(peer, shape, model, options);
                using var client = new CompletionClient(server.Port);
                await measure(new ServerSession(peer.Name, server, client, new PromptSource(vocabulary, Seed)));
                return null;
            });
        }
    }

    /// <summary>Runs the bare loop with the model and settings of the options; null when it failed.</summary>
    public Task<BareResult?> RunBareAsync(int sequences, int roomTokens, int promptTokens, int decodeTokens) => TryAsync(EngineNames.BareLoop, async () =>
    {
        var settings = new BareSettings
        {
            Model = options.Model,
            Threads = options.Threads,
            Sequences = sequences,
            RoomTokens = roomTokens,
            PromptTokens = promptTokens,
            DecodeTokens = decodeTokens,
            Seed = Seed,
            Unified = options.BareUnified,
            FlashAttention = options.BareFlashAttention,
            QuantizedKeys = options.BareQuantizedKeys,
            ExtraSequences = options.BareExtraSequences,
        };
        string json = await ChildProcess.RunAsync(Environment.ProcessPath!, ["bare", JsonSerializer.Serialize(settings, BenchJson.Default.BareSettings)]);
        return JsonSerializer.Deserialize(json, BenchJson.Default.BareResult);
    });

    /// <summary>Times the samplers; null when it failed.</summary>
    public Task<SamplingResult?> RunSamplingAsync(float topP) => TryAsync("sampling", async () =>
    {
        var settings = new SamplingSettings { Model = options.VocabularyModel, Threads = options.Threads, Seed = Seed, TopP = topP };
        string json = await ChildProcess.RunAsync(Environment.ProcessPath!, ["sampling", JsonSerializer.Serialize(settings, BenchJson.Default.SamplingSettings)]);
        return JsonSerializer.Deserialize(json, BenchJson.Default.SamplingResult);
    });

    /// <summary>Times the masks of a constraint; null when it failed.</summary>
    public Task<MaskResult?> RunMasksAsync(string model) => TryAsync("masks", async () =>
    {
        var settings = new MaskSettings { Model = model, Seed = Seed };
        string json = await ChildProcess.RunAsync(Environment.ProcessPath!, ["masks", JsonSerializer.Serialize(settings, BenchJson.Default.MaskSettings)]);
        return JsonSerializer.Deserialize(json, BenchJson.Default.MaskResult);
    });

    /// <summary>Runs mistral.rs; null when its Python was not given or it failed.</summary>
    public async Task<MistralRsResult?> RunMistralRsAsync(int shortPromptTokens, int longPromptTokens, int decodeTokens)
    {
        if (options.MistralRsPython is not { } python)
        {
            return null;
        }

        var prompts = new PromptSource(vocabulary, Seed);
        string shortFile = Path.Combine(options.Output, "prompt-short.txt");
        string longFile = Path.Combine(options.Output, "prompt-long.txt");
        await File.WriteAllTextAsync(shortFile, prompts.MakeText(shortPromptTokens));
        await File.WriteAllTextAsync(longFile, prompts.MakeText(longPromptTokens));
        return await TryAsync(EngineNames.MistralRs, async () =>
        {
            string threads = options.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
            string json = await ChildProcess.RunAsync(
                python,
                [Path.Combine(AppContext.BaseDirectory, "mistralrs_bench.py"), options.Model, shortFile, longFile,
                    decodeTokens.ToString(System.Globalization.CultureInfo.InvariantCulture)],
                ("RAYON_NUM_THREADS", threads),
                ("RUST_LOG", "error"));
            return JsonSerializer.Deserialize(json, BenchJson.Default.MistralRsResult);
        });
    }

    private async Task<T?> TryAsync<T>(string engine, Func<Task<T?>> run)
        where T : class
    {
        await CheckQuietAsync(engine);
        Console.Error.WriteLine($"case {caseName}, round {index + 1}: {engine}");
        try
        {
            return await run();
        }
        catch (Exception failure) when (failure is BenchFailureException or HttpRequestException or IOException or TaskCanceledException or JsonException)
        {
            document.AddNote($"case {caseName}, round {index + 1}: {engine} failed: {failure.Message}");
            return null;
        }
    }

    private async Task CheckQuietAsync(string engine)
    {
        double share = await CpuUse.MeasureAsync(LoadProbe);
        if (share > QuietShare)
        {
            document.BusyStarts.Add(new BusyStart(caseName, index, engine, share));
            Console.Error.WriteLine($"warning: others use {share:P0} of the processors");
        }
    }
}
