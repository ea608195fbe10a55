using System.CommandLine;
using System.CommandLine.Parsing;

namespace MistralServe.Cli.Options;

/// <summary>
/// The rows of a command as System.CommandLine sees them: it splits the command line and prints the help; values stay
/// texts, because <see cref="SettingsReader"/> checks all sources alike.
/// </summary>
internal sealed class CommandOptions
{
    private readonly IReadOnlyList<OptionRow> _rows;
    private readonly List<Option<string[]>> _options = [];

    /// <summary>Adds an option to the command for each row.</summary>
    public CommandOptions(Command command, IReadOnlyList<OptionRow> rows)
    {
        _rows = rows;
        foreach (OptionRow row in rows)
        {
            Option<string[]> option = new(row.Flag, row.Alias is null ? [] : [row.Alias])
            {
                Description = $"{row.Help} [{row.EnvironmentVariable}; default: {row.Default}]",
                HelpName = row.ValueName,
                Arity = row.IsSwitch ? ArgumentArity.Zero : ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            };
            _options.Add(option);
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the settings from the parsed command line, the process's environment and the configuration file.</summary>
    public SettingsResult Read(ParseResult result)
    {
        Dictionary<string, IReadOnlyList<string>> commandLine = [];
        for (int index = 0; index < _rows.Count; index++)
        {
            if (result.GetResult(_options[index]) is { Implicit: false } given)
            {
                IReadOnlyList<Token> tokens = given.Tokens;
                commandLine[_rows[index].Flag] = tokens.Count == 0 ? ["true"] : [.. tokens.Select(token => token.Value)];
            }
        }

        return SettingsReader.Read(_rows, commandLine, Environment.GetEnvironmentVariable);
    }
}
