using MistralServe.Hosting;

namespace MistralServe.Cli.Options;

/// <summary>Settings and where each came from, or a sentence that says what is wrong.</summary>
/// <param name="Settings">The settings; null when there is a problem.</param>
/// <param name="Sources">Source of every row that was given, by flag.</param>
/// <param name="Problem">A sentence that names the option, the value and what is allowed; null when all is well.</param>
internal sealed record SettingsResult(ServeSettings? Settings, IReadOnlyDictionary<string, OptionSource> Sources, string? Problem);

/// <summary>Reads settings from the four sources: command line over environment over configuration file over default.</summary>
internal static class SettingsReader
{
    /// <summary>
    /// Reads and checks the options of a command.
    /// </summary>
    /// <param name="rows">The command's options.</param>
    /// <param name="commandLine">Texts given on the command line, by flag.</param>
    /// <param name="environment">Gives an environment variable, or null. An empty one counts as absent.</param>
    public static SettingsResult Read(
        IReadOnlyList<OptionRow> rows,
        IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
        Func<string, string?> environment)
    {
        Dictionary<string, OptionSource> sources = [];
        IReadOnlyDictionary<string, IReadOnlyList<string>> file = new Dictionary<string, IReadOnlyList<string>>();
        if (Find(OptionTable.Config, commandLine, environment, file) is ({ Count: 1 } path, _))
        {
            (IReadOnlyDictionary<string, IReadOnlyList<string>>? values, string? problem) = ConfigFile.Read(path[0], OptionTable.Serve);
            if (values is null)
            {
                return new SettingsResult(null, sources, problem);
            }

            file = values;
        }

        ServeSettings settings = new();
        foreach (OptionRow row in rows)
        {
            (IReadOnlyList<string> given, OptionSource source) = Find(row, commandLine, environment, file);
            if (source == OptionSource.Default)
            {
                continue;
            }

            IReadOnlyList<string> texts = row.IsList
                ? [.. given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]
                : given;
            if (!row.IsList && texts.Count != 1)
            {
                return new SettingsResult(null, sources, $"{row.Flag} is given {texts.Count} times; give it once.");
            }

            if (row.Apply(settings, texts) is not { } changed)
            {
                return new SettingsResult(null, sources, Describe(row, texts, source));
            }

            settings = changed;
            sources[row.Flag] = source;
        }

        // A command that opens no MCP port may be pointed at any port, the default of the other one included.
        bool opensBoth = rows.Any(row => row.Flag == "--mcp-port");
        return FindContradiction(settings, opensBoth) is { } contradiction
            ? new SettingsResult(null, sources, contradiction)
            : new SettingsResult(settings, sources, null);
    }

    private static string? FindContradiction(ServeSettings settings, bool opensBoth)
    {
        if (opensBoth && settings.Port == settings.McpPort && settings.Port != 0)
        {
            return $"--port and --mcp-port are both {settings.Port}; give two different ports.";
        }

        return settings is { FlashAttention: true, QuantizedKeys: true }
            ? "--cache-type-k q8_0 needs --flash-attention off: the fused kernel wants keys and values of one type."
            : null;
    }

    private static (IReadOnlyList<string> Texts, OptionSource Source) Find(
        OptionRow row,
        IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
        Func<string, string?> environment,
        IReadOnlyDictionary<string, IReadOnlyList<string>> file)
    {
        if (commandLine.TryGetValue(row.Flag, out IReadOnlyList<string>? texts))
        {
            return (texts, OptionSource.CommandLine);
        }

        if (environment(row.EnvironmentVariable) is { Length: > 0 } variable)
        {
            return ([variable], OptionSource.Environment);
        }

        return file.TryGetValue(row.ConfigKey, out texts) ? (texts, OptionSource.ConfigFile) : ([], OptionSource.Default);
    }

    private static string Describe(OptionRow row, IReadOnlyList<string> texts, OptionSource source)
    {
        string origin = source switch
        {
            OptionSource.Environment => $" (from {row.EnvironmentVariable})",
            OptionSource.ConfigFile => " (from the configuration file)",
            _ => "",
        };
        string value = row.IsSecret ? "the value" : $"\"{string.Join(',', texts)}\"";
        return $"{row.Flag}{origin}: {value} is not allowed; give {row.Allowed}.";
    }
}
