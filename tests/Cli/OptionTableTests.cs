using MistralServe.Cli.Options;
using MistralServe.Hosting;

namespace MistralServe.Tests.Cli;

public sealed class OptionTableTests
{
    [Fact]
    public void The_reference_page_is_what_the_program_prints() =>
        Assert.Equal(OptionReference.ToMarkdown(), File.ReadAllText(RepositoryFiles.Path("docs/options.md")));

    [Fact]
    public void Every_option_is_documented_and_flags_are_unique()
    {
        Assert.All(OptionTable.Serve, row =>
        {
            Assert.Matches("^--[a-z]+(-[a-z]+)*$", row.Flag);
            Assert.True(row.Help.Length > 10 && row.Help.EndsWith('.'), row.Flag);
            Assert.NotEmpty(row.Allowed);
            Assert.NotEmpty(row.Default);
        });
        string[] names = [.. OptionTable.Serve.SelectMany(row => new[] { row.Flag, row.Alias }).OfType<string>()];
        Assert.Equal(names.Distinct().Count(), names.Length);
    }

    /// <summary>A default that is a value must be the one in the settings, and every property must have its row.</summary>
    [Fact]
    public void Every_setting_is_reached_by_exactly_one_option()
    {
        Dictionary<string, string> samples = new()
        {
            ["--host"] = "10.0.0.1",
            ["--allowed-host"] = "a.example",
            ["--insecure"] = "true",
            ["--log-level"] = "trace",
            ["--cache-type-k"] = "q8_0",
            ["--flash-attention"] = "on",
            ["--fast-start"] = "true",
            ["--draft-max"] = "8",
            ["--cors-origin"] = "https://app.example",
            ["--model-check"] = "strict",
            ["--mcp-tools"] = "chat",
            ["--oauth-issuer"] = "https://issuer.example",
            ["--oauth-audience"] = "https://app.example/mcp",
            ["--oauth-scopes"] = "mcp:tools",
        };
        ServeSettings defaults = new();
        string[] settable = [.. typeof(ServeSettings).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];
        List<string> reached = [];
        foreach (OptionRow row in OptionTable.Serve)
        {
            ServeSettings changed = row.Apply(defaults, [samples.GetValueOrDefault(row.Flag, "4000")])
                ?? row.Apply(defaults, ["100"])!;
            reached.Add(Assert.Single(settable, name => !Equals(Get(defaults, name), Get(changed, name))));
        }

        Assert.Equal(settable.Order(), reached.Order());

        static object? Get(ServeSettings settings, string name) => typeof(ServeSettings).GetProperty(name)!.GetValue(settings);
    }

    [Theory]
    [InlineData("--port", "1234")]
    [InlineData("--mcp-port", "4321")]
    [InlineData("--host", "127.0.0.1")]
    [InlineData("--parallel", "4")]
    [InlineData("--queue", "64")]
    [InlineData("--queue-timeout", "30")]
    [InlineData("--request-timeout", "600")]
    [InlineData("--drain-timeout", "25")]
    [InlineData("--max-body-size", "30000000")]
    [InlineData("--cpu-variant", "auto")]
    public void Defaults_are_the_documented_ones_and_change_nothing_when_given(string flag, string value)
    {
        OptionRow row = Assert.Single(OptionTable.Serve, row => row.Flag == flag);
        ServeSettings defaults = new();

        Assert.Equal(value, row.Default);
        Assert.Equal(defaults, row.Apply(defaults, [value]));
    }

    [Fact]
    public void Environment_variable_and_key_follow_from_the_flag()
    {
        OptionRow row = Assert.Single(OptionTable.Serve, row => row.Flag == "--mcp-port");

        Assert.Equal("MISTRALSERVE_MCP_PORT", row.EnvironmentVariable);
        Assert.Equal("mcp-port", row.ConfigKey);
    }
}
