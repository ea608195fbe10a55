using MistralServe.Bench.Machine;

namespace MistralServe.Bench.Report;

/// <summary>Everything a run found; what the JSON file holds. Filled by one task.</summary>
internal sealed class BenchDocument
{
    private readonly HashSet<string> _notes = [];

    /// <summary>When the run began, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The commit measured.</summary>
    public required string Commit { get; init; }

    /// <summary>The command line after <c>bench/run</c>.</summary>
    public required string Command { get; init; }

    /// <summary>Where it ran.</summary>
    public required MachineInfo Machine { get; init; }

    /// <summary>File name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Bytes of the model file.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>Seed of the prompts.</summary>
    public required int Seed { get; init; }

    /// <summary>Rounds of each case.</summary>
    public required int Rounds { get; init; }

    /// <summary>For each engine how it was started; numbers that differ between the cases are letters.</summary>
    public required IReadOnlyDictionary<string, string> Flags { get; init; }

    /// <summary>Titles of the cases by name, in the order they ran.</summary>
    public Dictionary<string, string> Cases { get; init; } = [];

    /// <summary>All numbers.</summary>
    public List<Sample> Samples { get; init; } = [];

    /// <summary>The bars and what became of them.</summary>
    public List<BarResult> Bars { get; init; } = [];

    /// <summary>Starts at which others used the processors: numbers of these rounds are doubtful.</summary>
    public List<BusyStart> BusyStarts { get; init; } = [];

    /// <summary>What went wrong or makes numbers doubtful.</summary>
    public List<string> Notes { get; init; } = [];

    /// <summary>Adds a note once, and shows it.</summary>
    public void AddNote(string note)
    {
        if (_notes.Add(note))
        {
            Notes.Add(note);
            Console.Error.WriteLine($"note: {note}");
        }
    }
}
