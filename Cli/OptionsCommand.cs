using System.CommandLine;
using MistralServe.Cli.Options;

namespace MistralServe.Cli;

/// <summary><c>mistralserve options --markdown</c>: prints the reference page <c>docs/options.md</c>. For maintainers, so hidden.</summary>
internal static class OptionsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("options", "Print the reference page of all options.") { Hidden = true };
        command.Options.Add(new Option<bool>("--markdown") { Description = "Print Markdown, the only format there is." });
        command.SetAction(result => result.InvocationConfiguration.Output.Write(OptionReference.ToMarkdown()));
        return command;
    }
}
