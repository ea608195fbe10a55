using System.Globalization;
using System.Text;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Report;

/// <summary>Writes the table for people.</summary>
internal static class MarkdownReport
{
    /// <summary>The whole report.</summary>
    public static string Write(BenchDocument document)
    {
        var text = new StringBuilder();
        WriteHead(text, document);
        WriteBars(text, document);
        foreach ((string name, string title) in document.Cases)
        {
            WriteCase(text, name, title, document);
        }

        WriteNotes(text, document);
        return text.ToString();
    }

    private static void WriteHead(StringBuilder text, BenchDocument document)
    {
        text.Append(CultureInfo.InvariantCulture, $"# mistralserve {document.Commit}, {document.Started:yyyy-MM-dd HH:mm} UTC\n\n");
        text.Append(CultureInfo.InvariantCulture, $"* command: `bench/run {document.Command}`; seed {document.Seed}, {document.Rounds} rounds, paired and interleaved\n");
        text.Append(CultureInfo.InvariantCulture, $"* machine: {document.Machine.Processor}, {document.Machine.Cores} cores, {document.Machine.MemoryBytes / 1e9:F1} GB; load before: {document.Machine.LoadAverage}\n");
        text.Append(CultureInfo.InvariantCulture, $"* model: {document.Model}, {document.ModelBytes / 1e6:F1} MB\n");
        foreach ((string engine, string flags) in document.Flags)
        {
            text.Append(CultureInfo.InvariantCulture, $"* {engine}: {flags}\n");
        }
    }

    private static void WriteBars(StringBuilder text, BenchDocument document)
    {
        text.Append("\n## Bars\n\nMedian of the values of each round, with its 90 % interval (bootstrap).\n\n");
        text.Append("| case | compared | bar | median | interval | rounds | |\n|---|---|---|---|---|---|---|\n");
        foreach (BarResult bar in document.Bars)
        {
            string interval = bar.Median is null ? "" : $"{Number(bar.Low!.Value)} – {Number(bar.High!.Value)}";
            string median = bar.Median is { } value ? Number(value) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {bar.Case} | {bar.Text} | {bar.Limit} | {median} | {interval} | {bar.Pairs} | {bar.Verdict} |\n");
        }
    }

    private static void WriteCase(StringBuilder text, string name, string title, BenchDocument document)
    {
        Sample[] samples = [.. document.Samples.Where(sample => sample.Case == name)];
        string[] engines = [.. EngineNames.All.Where(engine => samples.Any(sample => sample.Engine == engine))];
        text.Append(CultureInfo.InvariantCulture, $"\n## {name}: {title}\n\n");
        if (engines.Length == 0)
        {
            text.Append("Nothing was measured.\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"| median (lowest – highest) | {string.Join(" | ", engines)} |\n|---|{string.Concat(engines.Select(_ => "---|"))}\n");
        foreach (string metric in samples.Select(sample => sample.Metric).Distinct())
        {
            IEnumerable<string> cells = engines.Select(engine =>
                Cell([.. samples.Where(sample => sample.Metric == metric && sample.Engine == engine).Select(sample => sample.Value)]));
            text.Append(CultureInfo.InvariantCulture, $"| {metric} | {string.Join(" | ", cells)} |\n");
        }
    }

    private static void WriteNotes(StringBuilder text, BenchDocument document)
    {
        IEnumerable<string> busy = document.BusyStarts.GroupBy(start => start.Case).Select(starts => string.Create(
            CultureInfo.InvariantCulture,
            $"case {starts.Key}: others used up to {starts.Max(start => start.Share):P0} of the processors before {starts.Count()} of its starts"));
        string[] notes = [.. document.Notes, .. busy];
        text.Append(notes.Length > 0 ? "\n## Notes\n\n" : "");
        foreach (string note in notes)
        {
            text.Append("* ").Append(note).Append('\n');
        }
    }

    private static string Cell(double[] values) => values.Length == 0
        ? "–"
        : $"{Number(Statistics.Median(values))} ({Number(values.Min())} – {Number(values.Max())})";

    // Three digits that mean something, at most.
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 1 or 0 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };
}
