using Microsoft.Extensions.Logging;
using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Tests.Cli;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mistralserve-settings").FullName;

    [Fact]
    public void Without_any_source_the_settings_are_the_defaults()
    {
        ServeSettings settings = Read().Settings!;

        Assert.Equal(new ServeSettings { AllowedHosts = settings.AllowedHosts }, settings);
        Assert.EndsWith("assets/mistralserve-demo.gguf", settings.ModelFile, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "2", "3", 1, OptionSource.CommandLine)]
    [InlineData(null, "2", "3", 2, OptionSource.Environment)]
    [InlineData(null, null, "3", 3, OptionSource.ConfigFile)]
    [InlineData(null, "", "3", 3, OptionSource.ConfigFile)]
    [InlineData(null, null, null, 1234, OptionSource.Default)]
    internal void Command_line_wins_over_environment_over_file_over_default(
        string? commandLine, string? environment, string? file, int expected, OptionSource source)
    {
        string config = WriteConfig(file is null ? "{}" : $$"""{ "port": {{file}} }""");
        SettingsResult result = SettingsReader.Read(
            OptionTable.Serve,
            commandLine is null ? CommandLine(("--config", [config])) : CommandLine(("--config", [config]), ("--port", [commandLine])),
            name => name == "MISTRALSERVE_PORT" ? environment : null);

        Assert.Null(result.Problem);
        Assert.Equal(expected, result.Settings!.Port);
        Assert.Equal(source, result.Sources.GetValueOrDefault("--port"));
    }

    [Theory]
    [InlineData("--port", "65536", "a whole number from 0 to 65535")]
    [InlineData("--port", "-1", "a whole number from 0 to 65535")]
    [InlineData("--port", "12x", "a whole number from 0 to 65535")]
    [InlineData("--port", "", "a whole number from 0 to 65535")]
    [InlineData("--parallel", "0", "a whole number from 1 to 256")]
    [InlineData("--parallel", "257", "a whole number from 1 to 256")]
    [InlineData("--queue", "65537", "a whole number from 1 to 65536")]
    [InlineData("--queue-timeout", "-1", "seconds from 0 to 86400")]
    [InlineData("--queue-timeout", "NaN", "seconds from 0 to 86400")]
    [InlineData("--request-timeout", "0", "seconds from 0.001 to 86400")]
    [InlineData("--max-body-size", "1073741825", "a whole number from 1024 to 1073741824")]
    [InlineData("--log-level", "loud", "one of trace, debug, info, warn, error")]
    [InlineData("--host", "example.org", "an IP address or localhost")]
    [InlineData("--insecure", "yes", "true or false")]
    [InlineData("--allowed-host", "a b", "host names or addresses without a port, or *")]
    public void A_value_out_of_range_is_a_sentence_with_option_value_and_range(string flag, string value, string allowed) =>
        Assert.Equal($"{flag}: \"{value}\" is not allowed; give {allowed}.", Read((flag, [value])).Problem);

    [Theory]
    [InlineData("--port", "0")]
    [InlineData("--port", "65535")]
    [InlineData("--parallel", "1")]
    [InlineData("--parallel", "256")]
    [InlineData("--queue", "65536")]
    [InlineData("--queue-timeout", "0")]
    [InlineData("--queue-timeout", "86400")]
    [InlineData("--request-timeout", "0.001")]
    [InlineData("--max-body-size", "1024")]
    [InlineData("--max-body-size", "1073741824")]
    public void The_bounds_themselves_are_allowed(string flag, string value) => Assert.Null(Read((flag, [value])).Problem);

    [Fact]
    public void A_wrong_environment_variable_is_named()
    {
        SettingsResult result = SettingsReader.Read(OptionTable.Serve, CommandLine(), name => name == "MISTRALSERVE_PARALLEL" ? "many" : null);

        Assert.Equal("--parallel (from MISTRALSERVE_PARALLEL): \"many\" is not allowed; give a whole number from 1 to 256.", result.Problem);
    }

    [Fact]
    public void A_wrong_key_is_never_printed()
    {
        string problem = Read(("--api-key", ["secret with spaces"])).Problem!;

        Assert.Equal("--api-key: the value is not allowed; give visible ASCII characters without spaces.", problem);
    }

    [Fact]
    public void An_option_given_twice_is_refused() => Assert.Equal("--port is given 2 times; give it once.", Read(("--port", ["1", "2"])).Problem);

    [Fact]
    public void A_list_may_be_repeated_and_have_commas() =>
        Assert.Equal(["a.example", "b.example", "10.0.0.1"], Read(("--allowed-host", ["a.example, b.example", "10.0.0.1"])).Settings!.AllowedHosts);

    [Fact]
    public void The_two_ports_must_differ()
    {
        Assert.Equal("--port and --mcp-port are both 4321; give two different ports.", Read(("--port", ["4321"])).Problem);
        Assert.Null(Read(("--port", ["0"]), ("--mcp-port", ["0"])).Problem);
    }

    [Fact]
    public void The_configuration_file_takes_numbers_booleans_texts_and_lists()
    {
        string config = WriteConfig("""
            {
              // comments are welcome
              "model": "m.gguf", "parallel": 8, "queue-timeout": 1.5, "insecure": true, "log-level": "debug",
              "allowed-host": ["a.example", "b.example"],
            }
            """);

        ServeSettings settings = Read(("--config", [config])).Settings!;

        Assert.Equal("m.gguf", settings.ModelPath);
        Assert.Equal(8, settings.Parallel);
        Assert.Equal(TimeSpan.FromSeconds(1.5), settings.QueueTimeout);
        Assert.True(settings.Insecure);
        Assert.Equal(LogLevel.Debug, settings.LogLevel);
        Assert.Equal(["a.example", "b.example"], settings.AllowedHosts);
    }

    [Theory]
    [InlineData("""{ "prot": 1 }""", "has the unknown key \"prot\"")]
    [InlineData("""{ "config": "x" }""", "has the unknown key \"config\"")]
    [InlineData("""{ "port": 1, "port": 2 }""", "\"port\" appears twice")]
    [InlineData("""{ "port": null }""", "\"port\" in")]
    [InlineData("""{ "port": [1] }""", "\"port\" in")]
    [InlineData("""{ "allowed-host": [1] }""", "\"allowed-host\" in")]
    [InlineData("""[]""", "must hold one JSON object")]
    [InlineData("{\n\"port\": }", "is not valid JSON near line 2")]
    [InlineData("", "is not valid JSON near line 1")]
    [InlineData("""{ "alias": "\ud800" }""", "holds text that is not Unicode")]
    [InlineData("""{ "\ud800": 1 }""", "holds text that is not Unicode")]
    [InlineData("""{ "port": 70000 }""", "--port (from the configuration file): \"70000\" is not allowed")]
    public void A_wrong_configuration_file_is_a_sentence(string text, string expected)
    {
        string problem = Read(("--config", [WriteConfig(text)])).Problem!;

        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_configuration_file_is_a_sentence() =>
        Assert.Equal("--config: cannot read /no/such/file; give the path of a readable JSON file.", Read(("--config", ["/no/such/file"])).Problem);

    [Fact]
    public void The_health_command_accepts_a_file_with_all_options()
    {
        string config = WriteConfig("""{ "port": 8080, "parallel": 8 }""");

        SettingsResult result = SettingsReader.Read(OptionTable.Health, CommandLine(("--config", [config])), _ => null);

        Assert.Equal(8080, result.Settings!.Port);
    }

    [Fact]
    public void The_health_command_may_ask_the_default_port_of_MCP() =>
        Assert.Null(SettingsReader.Read(OptionTable.Health, CommandLine(("--port", ["4321"])), _ => null).Problem);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SettingsResult Read(params (string Flag, string[] Values)[] commandLine) =>
        SettingsReader.Read(OptionTable.Serve, CommandLine(commandLine), _ => null);

    private static Dictionary<string, IReadOnlyList<string>> CommandLine(params (string Flag, string[] Values)[] given) =>
        given.ToDictionary(option => option.Flag, option => (IReadOnlyList<string>)option.Values);

    private string WriteConfig(string text)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
