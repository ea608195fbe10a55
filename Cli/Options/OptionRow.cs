using System.Globalization;
using MistralServe.Hosting;

namespace MistralServe.Cli.Options;

/// <summary>
/// One option of the program, in full: command line, environment, configuration file, help and reference page are made
/// from this row, and nothing about an option is written anywhere else. Immutable; any thread.
/// </summary>
internal sealed record OptionRow
{
    /// <summary>Long form, with its two dashes.</summary>
    public required string Flag { get; init; }

    /// <summary>Short form; null when there is none.</summary>
    public string? Alias { get; init; }

    /// <summary>Name of the value in help, for example <c>PORT</c>; empty for a switch.</summary>
    public required string ValueName { get; init; }

    /// <summary>Which values are allowed, so that it completes "give …".</summary>
    public required string Allowed { get; init; }

    /// <summary>The default in words or digits.</summary>
    public required string Default { get; init; }

    /// <summary>What the option does: one or two sentences.</summary>
    public required string Help { get; init; }

    /// <summary>Stands without a value on the command line, which means true.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>May be given several times, or once as a list with commas.</summary>
    public bool IsList { get; init; }

    /// <summary>The value never appears in a message.</summary>
    public bool IsSecret { get; init; }

    /// <summary>
    /// Puts checked values into the settings. One text unless <see cref="IsList"/>. Null means that a value is not allowed.
    /// </summary>
    public required Func<ServeSettings, IReadOnlyList<string>, ServeSettings?> Apply { get; init; }

    /// <summary>Environment variable of the option.</summary>
    public string EnvironmentVariable => "MISTRALSERVE_" + ConfigKey.ToUpperInvariant().Replace('-', '_');

    /// <summary>Key in the configuration file.</summary>
    public string ConfigKey => Flag[2..];

    private static readonly ServeSettings Defaults = new();

    /// <summary>A row for free text that passes <paramref name="isAllowed"/> (null allows all but the empty text).</summary>
    public static OptionRow Text(
        string flag,
        string? alias,
        string valueName,
        string allowed,
        string defaultText,
        string help,
        Func<ServeSettings, string, ServeSettings> set,
        Func<string, bool>? isAllowed = null) => new()
        {
            Flag = flag,
            Alias = alias,
            ValueName = valueName,
            Allowed = allowed,
            Default = defaultText,
            Help = help,
            Apply = (settings, values) => values[0].Length > 0 && isAllowed?.Invoke(values[0]) != false ? set(settings, values[0]) : null,
        };

    /// <summary>A row for a whole number, both ends of the range included. The default comes from <paramref name="get"/> or is given in words.</summary>
    public static OptionRow Integer(
        string flag,
        string? alias,
        string valueName,
        long minimum,
        long maximum,
        string help,
        Func<ServeSettings, long?> get,
        Func<ServeSettings, long, ServeSettings> set,
        string? defaultText = null) => new()
        {
            Flag = flag,
            Alias = alias,
            ValueName = valueName,
            Allowed = string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"),
            Default = defaultText ?? get(Defaults)!.Value.ToString(CultureInfo.InvariantCulture),
            Help = help,
            Apply = (settings, values) =>
                long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                && value >= minimum && value <= maximum
                    ? set(settings, value)
                    : null,
        };

    /// <summary>A row for a duration in seconds with an optional fraction, both ends of the range included.</summary>
    public static OptionRow Seconds(
        string flag,
        double minimum,
        double maximum,
        string help,
        Func<ServeSettings, TimeSpan> get,
        Func<ServeSettings, TimeSpan, ServeSettings> set) => new()
        {
            Flag = flag,
            ValueName = "SECONDS",
            Allowed = string.Create(CultureInfo.InvariantCulture, $"seconds from {minimum} to {maximum}"),
            Default = get(Defaults).TotalSeconds.ToString(CultureInfo.InvariantCulture),
            Help = help,
            Apply = (settings, values) =>
                double.TryParse(values[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
                && value >= minimum && value <= maximum
                    ? set(settings, TimeSpan.FromSeconds(value))
                    : null,
        };

    /// <summary>A row for one word of a short list; <paramref name="get"/> gives the default's word.</summary>
    public static OptionRow Choice<T>(
        string flag,
        string valueName,
        IReadOnlyList<(string Word, T Value)> choices,
        string help,
        Func<ServeSettings, T> get,
        Func<ServeSettings, T, ServeSettings> set) => new()
        {
            Flag = flag,
            ValueName = valueName,
            Allowed = "one of " + string.Join(", ", choices.Select(choice => choice.Word)),
            Default = choices.First(choice => Equals(choice.Value, get(Defaults))).Word,
            Help = help,
            Apply = (settings, values) =>
            {
                foreach ((string word, T value) in choices)
                {
                    if (word == values[0])
                    {
                        return set(settings, value);
                    }
                }

                return null;
            },
        };

    /// <summary>A row for a switch that is off by default.</summary>
    public static OptionRow Switch(string flag, string help, Func<ServeSettings, bool, ServeSettings> set) => new()
    {
        Flag = flag,
        ValueName = "",
        Allowed = "true or false",
        Default = "false",
        Help = help,
        IsSwitch = true,
        Apply = (settings, values) => values[0] switch
        {
            "true" => set(settings, true),
            "false" => set(settings, false),
            _ => null,
        },
    };

    /// <summary>A row for a list; each item must pass <paramref name="isAllowed"/>.</summary>
    public static OptionRow List(
        string flag,
        string valueName,
        string allowed,
        string help,
        Func<string, bool> isAllowed,
        Func<ServeSettings, IReadOnlyList<string>, ServeSettings> set) => new()
        {
            Flag = flag,
            ValueName = valueName,
            Allowed = allowed,
            Default = "none",
            Help = help,
            IsList = true,
            Apply = (settings, values) => values.All(isAllowed) ? set(settings, values) : null,
        };
}
