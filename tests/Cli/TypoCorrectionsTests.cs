using System.CommandLine;
using MistralServe.Cli;

namespace MistralServe.Tests.Cli;

/// <summary>What a mistyped word is taken for.</summary>
public sealed class TypoCorrectionsTests
{
    private readonly RootCommand _root = new() { new Command("serve"), new Command("doctor"), new Option<int>("--port", "-p"), new Option<int>("--parallel") };

    [Theory]
    [InlineData("srve", "serve")]
    [InlineData("--prot", "--port")]
    [InlineData("--paralel", "--parallel")]
    [InlineData("entirely-else", null)]
    [InlineData("x", null)]
    public void The_closest_name_is_offered(string word, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], TypoCorrections.FindNames(_root, word));
}
