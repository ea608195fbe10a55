using System.Net;
using MistralServe.Cli;

namespace MistralServe.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_of_serve_names_every_option_with_its_variable_and_default()
    {
        (int code, string output, _) = await RunAsync("serve", "--help");

        Assert.Equal(0, code);
        Assert.All(MistralServe.Cli.Options.OptionTable.Serve, row =>
        {
            Assert.Contains(row.Flag, output, StringComparison.Ordinal);
            Assert.Contains($"[{row.EnvironmentVariable}; default: {row.Default}]", output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Version_is_printed()
    {
        (int code, string output, _) = await RunAsync("--version");

        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Fact]
    public async Task Options_prints_the_reference_page_and_is_not_advertised()
    {
        (int code, string output, _) = await RunAsync("options", "--markdown");
        (_, string help, _) = await RunAsync("--help");

        Assert.Equal(0, code);
        Assert.StartsWith("# Options\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("reference page", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'--bogus'", "serve", "--bogus")]
    [InlineData("'-p'", "serve", "-p")]
    [InlineData("--port: \"70000\" is not allowed; give a whole number from 0 to 65535.", "serve", "-p", "70000")]
    [InlineData("--port and --mcp-port are both 5", "serve", "-p", "5", "--mcp-port", "5")]
    [InlineData("--host 0.0.0.0 can be reached from other machines and needs a key", "serve", "--host", "0.0.0.0")]
    [InlineData("--allowed-host * lets any web page reach the server", "serve", "--allowed-host", "*")]
    [InlineData("--api-key-file: cannot read /no/such/file", "serve", "--api-key-file", "/no/such/file")]
    [InlineData("'nonsense'", "nonsense")]
    public async Task A_command_line_that_cannot_be_used_ends_with_2_and_a_sentence(string expected, params string[] args)
    {
        (int code, string output, string error) = await RunAsync(args);

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Empty(output.Trim());
    }

    [Fact]
    public async Task A_key_on_the_command_line_is_warned_about_once_and_not_printed()
    {
        (_, _, string error) = await RunAsync("serve", "--api-key", "s3cret", "--api-key-file", "/no/such/file");

        Assert.Equal(2, error.Split("process lists", StringSplitOptions.None).Length);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    public void Health_asks_the_loopback_of_a_wildcard(string host, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), HealthCommand.GetProbeAddress(host));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\nno", 503, "no")]
    [InlineData("SSH-2.0-OpenSSH\r\n", 0, "The answer is not HTTP.")]
    [InlineData("HTTP/1.1 200", 0, "The answer is not HTTP.")]
    [InlineData("", 0, "The answer is not HTTP.")]
    public void Health_reads_status_and_body(string answer, int status, string body) =>
        Assert.Equal((status, body), HealthCommand.ParseAnswer(answer));

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await MistralServeCommand.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
