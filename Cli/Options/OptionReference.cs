using System.Text;

namespace MistralServe.Cli.Options;

/// <summary>Writes the reference page of the options from the table.</summary>
internal static class OptionReference
{
    /// <summary>The page <c>docs/options.md</c> as Markdown, lines ended by LF.</summary>
    public static string ToMarkdown()
    {
        StringBuilder page = new();
        page.Append("""
            # Options

            This page is printed by `mistralserve options --markdown`; a test holds it against the program.

            A value is taken from the command line, else from the environment variable, else from the configuration file
            (`--config`), else it is the default. An empty environment variable counts as absent. A value that is not allowed ends
            the program with exit code 2 and a sentence that names the option.

            ## mistralserve serve


            """);
        AppendTable(page, OptionTable.Serve);
        page.Append("""

            A configuration file is a JSON object with the keys above; numbers and switches may be JSON numbers and
            booleans, lists may be JSON arrays. An unknown key is an error:

            ```json
            { "port": 8080, "parallel": 8, "api-key-file": "/run/secrets/mistralserve-keys", "allowed-host": ["llm.example.org"] }
            ```

            ## mistralserve mcp

            Speaks MCP over standard input and output, one JSON message a line; logs go to standard error. It opens no port and takes
            the options above that have nothing to do with ports and callers:
            """);
        page.Append(' ').AppendJoin(", ", OptionTable.Mcp.Select(row => $"`{row.Flag}`")).Append(".\n");
        page.Append("""

            ## mistralserve health

            Asks `/health` of a running server on this machine and ends with 0 (ready) or 1. With a wildcard `--host` it asks the
            loopback address.


            """);
        AppendTable(page, OptionTable.Health);
        return page.ToString();
    }

    private static void AppendTable(StringBuilder page, IReadOnlyList<OptionRow> rows)
    {
        page.Append("| Option | Environment variable | Key | Values | Default | What it does |\n|---|---|---|---|---|---|\n");
        foreach (OptionRow row in rows)
        {
            string alias = row.Alias is null ? "" : $"`{row.Alias}`, ";
            string value = row.ValueName.Length == 0 ? "" : " " + Escape(row.ValueName);
            string key = row == OptionTable.Config ? "–" : $"`{row.ConfigKey}`";
            page.Append($"| {alias}`{row.Flag}{value}` | `{row.EnvironmentVariable}` | {key} | {Escape(row.Allowed)} | {Escape(row.Default)} | {Escape(row.Help)} |\n");
        }
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
