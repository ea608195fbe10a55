using System.CommandLine;

namespace MistralServe.Cli;

/// <summary>Commands and options that words of a command line which were none may have meant.</summary>
internal static class TypoCorrections
{
    /// <summary>Most letters that a word may be away from what it meant. Ours: with more, short names match anything.</summary>
    private const int MaxDistance = 3;

    /// <summary>Writes what each word that did not match comes closest to; nothing for words that are close to nothing.</summary>
    public static async Task WriteAsync(ParseResult result, TextWriter output)
    {
        foreach (string word in result.UnmatchedTokens)
        {
            IReadOnlyList<string> names = FindNames(result.CommandResult.Command, word);
            if (names.Count > 0)
            {
                await output.WriteLineAsync($"'{word}' was not matched. Did you mean one of the following?\n{string.Join('\n', names)}\n");
            }
        }
    }

    /// <summary>The names of a command's options and subcommands that are closest to a word, equally close ones in the order of their definition.</summary>
    internal static IReadOnlyList<string> FindNames(Command command, string word)
    {
        var best = new List<string>();
        int bestDistance = Math.Min(MaxDistance, word.Length - 1);
        foreach (string name in GetNames(command))
        {
            int distance = GetDistance(word, name);
            if (distance < bestDistance)
            {
                best.Clear();
                bestDistance = distance;
            }

            if (distance == bestDistance)
            {
                best.Add(name);
            }
        }

        return best;
    }

    private static IEnumerable<string> GetNames(Command command)
    {
        foreach (Symbol symbol in command.Children)
        {
            if (!symbol.Hidden && symbol is Option or Command)
            {
                yield return symbol.Name;
                foreach (string alias in symbol is Option option ? option.Aliases : ((Command)symbol).Aliases)
                {
                    yield return alias;
                }
            }
        }
    }

    // Levenshtein's distance, one row at a time.
    private static int GetDistance(string left, string right)
    {
        int[] row = [.. Sequence.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
