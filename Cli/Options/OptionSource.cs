namespace MistralServe.Cli.Options;

/// <summary>Where the value of an option came from, weakest first.</summary>
internal enum OptionSource
{
    /// <summary>Nobody gave it.</summary>
    Default,

    /// <summary>The configuration file.</summary>
    ConfigFile,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>The command line.</summary>
    CommandLine,
}
