using System.Globalization;

namespace MistralServe.Bench;

/// <summary>What to measure, on what, against whom. Every value has an option; peers have an environment variable too.</summary>
internal sealed class BenchOptions
{
    private static readonly (string Name, string? Variable, string Default, string Help)[] Table =
    [
        ("--binary", "MISTRALSERVE_BINARY", "", "mistralserve's executable"),
        ("--llama-server", "LLAMA_SERVER_BINARY", "", "llama-server's executable; it should load the same native libraries (README)"),
        ("--mistralrs-python", "MISTRALRS_PYTHON", "", "a Python with the package mistralrs"),
        ("--model", "BENCH_MODEL", "../shared/models/SmolLM2-135M-Instruct-Q4_1.gguf", "GGUF file for all cases but g"),
        ("--vocab-model", null, "../shared/models/random-vocab152k-q8_0.gguf", "GGUF file whose logits case g samples, random with deviation 3 without it, and that case m runs on too"),
        ("--cases", null, "a,b,c,d,e,f,g,h,i,j,k,l,m", "letters of the cases; d8 means only its part with 8 clients"),
        ("--rounds", null, "5", "rounds of each case, 1 to 100"),
        ("--threads", null, "2", "compute threads of every engine"),
        ("--seed", null, "", "seed of the prompts; random when absent, so that no prompt was seen before"),
        ("--output", null, "bench/results", "folder of the table, the JSON file and the logs of the servers"),
        ("--commit", null, "unknown", "text for the table's head"),
        ("--mistralserve-flags", "BENCH_MISTRALSERVE_FLAGS", "--draft-max 0", "further flags of mistralserve serve, separated by spaces; by default no speculation, which the others have off too"),
        ("--bare-layout", null, "split", "KV layout of the bare loop: split or unified, as mistralserve chooses for the model"),
        ("--bare-flash-attention", null, "off", "flash attention of the bare loop: off or on"),
        ("--bare-kv-type", null, "q8_0", "type of K in the bare loop: f16 or q8_0, as mistralserve chooses for the model"),
        ("--bare-extra-sequences", null, "2", "sequences of the bare loop's context beyond those that decode; mistralserve's --cache-streams"),
    ];

    private readonly Dictionary<string, string> _values = [];

    private BenchOptions()
    {
    }

    /// <summary>Path of mistralserve; null when not given.</summary>
    public string? Binary => Path("--binary");

    /// <summary>Path of llama-server; null when not given.</summary>
    public string? LlamaServer => Path("--llama-server");

    /// <summary>Python of mistral.rs; null when not given.</summary>
    public string? MistralRsPython => Path("--mistralrs-python");

    /// <summary>Model file, full path.</summary>
    public string Model => System.IO.Path.GetFullPath(_values["--model"]);

    /// <summary>Model of case g, full path; null when the file does not exist.</summary>
    public string? VocabularyModel => File.Exists(_values["--vocab-model"]) ? System.IO.Path.GetFullPath(_values["--vocab-model"]) : null;

    /// <summary>Case names or letters.</summary>
    public string[] Cases => Split(_values["--cases"], ',');

    /// <summary>Rounds of each case.</summary>
    public int Rounds => Math.Clamp(Number("--rounds"), 1, 100);

    /// <summary>Compute threads of each engine.</summary>
    public int Threads => Math.Max(1, Number("--threads"));

    /// <summary>Seed of all prompts of this run.</summary>
    public int Seed { get; private set; }

    /// <summary>Folder of the results, full path.</summary>
    public string Output => System.IO.Path.GetFullPath(_values["--output"]);

    /// <summary>The commit measured.</summary>
    public string Commit => _values["--commit"];

    /// <summary>Further flags of mistralserve.</summary>
    public string[] MistralserveFlags => Split(_values["--mistralserve-flags"], ' ');

    /// <summary>Whether the bare loop uses one KV cache for all sequences.</summary>
    public bool BareUnified => _values["--bare-layout"] == "unified";

    /// <summary>Whether the bare loop uses flash attention.</summary>
    public bool BareFlashAttention => _values["--bare-flash-attention"] == "on";

    /// <summary>Whether the bare loop keeps K as q8_0.</summary>
    public bool BareQuantizedKeys => _values["--bare-kv-type"] == "q8_0";

    /// <summary>Sequences of the bare loop's context that never decode.</summary>
    public int BareExtraSequences => Math.Max(0, Number("--bare-extra-sequences"));

    /// <summary>The help text.</summary>
    public static string Help => "Usage: bench/run [options]\n" + string.Concat(Table.Select(row =>
        $"  {row.Name,-24} {row.Help}{(row.Variable is null ? "" : $" ({row.Variable})")}{(row.Default.Length > 0 ? $" [{row.Default}]" : "")}\n"));

    /// <summary>Reads the command line: option, else environment variable, else default.</summary>
    /// <returns>The options, or a sentence that says what is wrong.</returns>
    public static (BenchOptions? Options, string? Problem) Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        foreach ((string name, string? variable, string fallback, _) in Table)
        {
            string? fromEnvironment = variable is null ? null : Environment.GetEnvironmentVariable(variable);
            options._values[name] = string.IsNullOrEmpty(fromEnvironment) ? fallback : fromEnvironment;
        }

        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (!options._values.ContainsKey(arguments[i]))
            {
                return (null, $"{arguments[i]} is unknown; --help lists the options");
            }

            if (i + 1 == arguments.Length)
            {
                return (null, $"{arguments[i]} needs a value");
            }

            options._values[arguments[i]] = arguments[i + 1];
        }

        return options.Check() is { } problem ? (null, problem) : (options, null);
    }

    private string? Check()
    {
        foreach (string name in (ReadOnlySpan<string>)["--rounds", "--threads", "--bare-extra-sequences"])
        {
            if (!int.TryParse(_values[name], CultureInfo.InvariantCulture, out _))
            {
                return $"{name} {_values[name]} is not a number";
            }
        }

        Seed = int.TryParse(_values["--seed"], CultureInfo.InvariantCulture, out int seed) ? seed : Random.Shared.Next();
        foreach (string name in (ReadOnlySpan<string>)["--model", "--binary", "--llama-server", "--mistralrs-python"])
        {
            if (_values[name].Length > 0 && !File.Exists(_values[name]))
            {
                return $"{name} {_values[name]}: no such file";
            }
        }

        return null;
    }

    private static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? Path(string name) => _values[name].Length > 0 ? System.IO.Path.GetFullPath(_values[name]) : null;

    private int Number(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);
}
