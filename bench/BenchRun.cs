using System.Text.Json;
using MistralServe.Bench.Cases;
using MistralServe.Bench.Child;
using MistralServe.Bench.Machine;
using MistralServe.Bench.Peers;
using MistralServe.Bench.Report;
using MistralServe.Inference.Native;

namespace MistralServe.Bench;

/// <summary>A whole run: cases one after the other, the rounds of a case one after the other, engines within a round in turn.</summary>
internal static class BenchRun
{
    /// <summary>Measures and writes the results, after every case anew: a run that is stopped leaves what it has.</summary>
    public static async Task RunAsync(BenchOptions options, IReadOnlyList<BenchCase> cases, string command)
    {
        Directory.CreateDirectory(options.Output);
        BenchDocument document = MakeDocument(options, command);
        NoteWhatIsMissing(options, document);
        using LlamaModelHandle model = BareContext.LoadModel(options.Model, vocabularyOnly: true);
        var vocabulary = new LlamaVocabulary(model);
        await ReadIntoPageCacheAsync(options.Model);
        string name = $"bench-{document.Started:yyyyMMdd-HHmmss}";
        foreach (BenchCase one in cases)
        {
            document.Cases[one.Name] = one.Title;
            for (int index = 0; index < options.Rounds; index++)
            {
                await one.MeasureAsync(new Round(one.Name, index, options, vocabulary, document));
            }

            document.Bars.Clear();
            document.Bars.AddRange(BarTable.Judge(document.Cases.Keys, document.Samples));
            await File.WriteAllTextAsync(Path.Combine(options.Output, name + ".md"), MarkdownReport.Write(document));
            await File.WriteAllTextAsync(Path.Combine(options.Output, name + ".json"), JsonSerializer.Serialize(document, BenchJson.Default.BenchDocument));
        }

        Console.Write(MarkdownReport.Write(document));
        Console.Error.WriteLine($"written: {Path.Combine(options.Output, name)}.md and .json");
    }

    private static BenchDocument MakeDocument(BenchOptions options, string command)
    {
        var flags = new Dictionary<string, string>();
        foreach (ServerPeer peer in ServerPeer.FromOptions(options))
        {
            // N slots of R tokens; the context of llama-server is the product.
            flags[peer.Name] = peer.Name == EngineNames.Mistralserve
                ? $"`serve --parallel N --ctx-size R --threads {options.Threads} {string.Join(' ', peer.Flags)}`"
                : $"`-np N -c N×R -t {options.Threads} -fit off {string.Join(' ', peer.Flags)}`";
        }

        flags[EngineNames.BareLoop] = $"{(options.BareUnified ? "unified" : "split")} KV, flash attention {(options.BareFlashAttention ? "on" : "off")}, "
            + $"K {(options.BareQuantizedKeys ? "q8_0" : "f16")}, {options.Threads} threads in a persistent pool, batch 512, graph 256";
        return new BenchDocument
        {
            Started = DateTimeOffset.UtcNow,
            Commit = options.Commit,
            Command = command,
            Machine = MachineInfo.Read(),
            Model = Path.GetFileName(options.Model),
            ModelBytes = new FileInfo(options.Model).Length,
            Seed = options.Seed,
            Rounds = options.Rounds,
            Flags = flags,
        };
    }

    private static void NoteWhatIsMissing(BenchOptions options, BenchDocument document)
    {
        if (options.Binary is null)
        {
            document.AddNote("mistralserve is absent: --binary or MISTRALSERVE_BINARY");
        }

        if (options.LlamaServer is null)
        {
            document.AddNote("llama-server is absent: --llama-server or LLAMA_SERVER_BINARY");
        }

        if (options.MistralRsPython is null)
        {
            document.AddNote("mistral.rs is absent: --mistralrs-python or MISTRALRS_PYTHON");
        }

        if (options.VocabularyModel is null)
        {
            document.AddNote("case g samples random logits: --vocab-model was not found");
        }

        // Only the runtime with the just-in-time compiler gets a list of assemblies from its host.
        if (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is not null)
        {
            document.AddNote("the bench runs under the just-in-time compiler: cases g and j do not show what the native build does");
        }

        if (document.Machine.LoadOfLastMinute > document.Machine.Cores / 2.0)
        {
            document.AddNote($"the machine was busy before the first engine was started: load {document.Machine.LoadAverage}");
        }
    }

    private static async Task ReadIntoPageCacheAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        await file.CopyToAsync(Stream.Null);
    }
}
