using System.Text.Json;
using System.Text.RegularExpressions;

namespace MistralServe.Tests.Chat.Templates;

/// <summary>
/// Every name that llama.cpp's own templates use or that its engine offers beside: each has a case of its own in the corpus, with the output that
/// jinja2 gives, and the engine gives it too. Source of the list: llama.cpp v0.5.0, <c>models/templates</c> and <c>common/jinja</c>.
/// </summary>
public sealed partial class TemplateNameTests
{
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["filter"] =
        [
            "tojson", "length", "trim", "string", "default", "join", "items", "list", "safe", "selectattr", "lower", "dictsort", "map", "upper", "replace", "from_json", "reject",
            "indent", "int", "rejectattr", "unique", "sort", "min", "title", "capitalize", "abs", "float", "first", "last", "reverse", "max", "sum", "slice", "wordcount", "truncate",
        ],
        ["test"] =
        [
            "defined", "string", "none", "mapping", "iterable", "sequence", "false", "boolean", "undefined", "true", "number", "eq", "ne", "lt", "le", "gt", "ge", "in", "odd", "even",
            "divisibleby", "lower", "upper", "callable", "sameas", "filter", "test", "escaped", "integer", "float",
        ],
        ["global"] = ["namespace", "raise_exception", "strftime_now", "range"],
        ["method"] = ["split", "items", "strip", "get", "lstrip", "rstrip", "endswith", "startswith", "replace", "pop", "append", "format", "keys", "values", "rsplit"],
        ["loop"] = ["last", "index0", "first", "previtem", "nextitem", "index"],
        ["statement"] =
        [
            "output", "if", "elif", "else", "for", "for with unpacking", "for with if", "set", "set of a namespace", "macro with defaults", "set block", "generation", "break", "continue",
            "filter block", "call block", "raw", "comment",
        ],
        ["expression"] =
            ["in", "not in", "slice", "slice with step", "tuple", "unary minus", "inline if", "list", "minus", "tilde", "dict", "modulo", "times"],
    };

    // jinja2's immutable sandbox refuses what changes a list; templates of real models do it all the same, and llama.cpp lets them.
    private static readonly Dictionary<string, (string Template, string Output)> Refused = new()
    {
        ["method: append"] = ("{% set l = [1] %}{% set _ = l.append(2) %}{{ l }}", "[1, 2]"),
        ["method: pop"] = ("{% set l = [1, 2] %}{{ l.pop() }}{{ l }}{% set d = {'a': 3} %}{{ d.pop('a') }}{{ d }}", "2[1]3{}"),
    };

    public static TheoryData<string> Cases => [.. Names.SelectMany(kind => kind.Value.Select(name => $"{kind.Key}: {name}"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_name_works_as_in_jinja2(string name)
    {
        using JsonDocument corpus = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Path("tests/Chat/Templates/corpus/corpus.json")));
        JsonElement item = corpus.RootElement.GetProperty("cases").EnumerateArray().SingleOrDefault(item => item.GetProperty("name").GetString() == name);
        bool isRefused = Refused.TryGetValue(name, out (string Template, string Output) own);
        Assert.True(isRefused == (item.ValueKind == JsonValueKind.Undefined), "the corpus has no case of this name");
        (string template, string expected) = isRefused ? own : (item.GetProperty("template").GetString()!, item.GetProperty("output").GetString()!);
        var variables = corpus.RootElement.GetProperty("variables").EnumerateObject().Select(variable => (variable.Name, variable.Value.GetRawText()));
        Assert.Equal((expected, null), ChatTemplateTests.Render(template, ChatTemplateTests.Variables([.. variables])));

        // A case without its name would prove nothing. Those of operators have signs in the place of words.
        string[] words = name[(name.IndexOf(':', StringComparison.Ordinal) + 2)..].Split(' ');
        Assert.True(name.StartsWith("expression", StringComparison.Ordinal) || words[0] is "output" or "comment" || template.Contains(words[0], StringComparison.Ordinal), template);
    }

    [Theory]
    [InlineData("filters", "filter")]
    [InlineData("tests", "test")]
    [InlineData("globals", "global")]
    [InlineData("methods", "method")]
    [InlineData("loop.", "loop")]
    public void The_list_has_every_name_of_the_contract(string row, string kind)
    {
        string contract = File.ReadAllText(RepositoryFiles.Shared("design/llamacpp.md"));
        string cells = Cells(contract, row);
        IEnumerable<string> used = Brackets().Replace(cells, "").Split([',', ';']).Select(entry => Word().Match(entry).Value);
        Match offered = Regex.Match(Cells(contract, "llama.cpp also offers"), $@"\b{Regex.Escape(row)} ([a-z_0-9 ]+)");
        IEnumerable<string> others = offered.Success ? offered.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        string[] all = [.. used.Concat(others).Where(name => name.Length > 0)];
        Assert.True(all.Length > 3, cells);
        Assert.Empty(all.Except(Names[kind], StringComparer.Ordinal));
    }

    private static string Cells(string contract, string row)
    {
        string start = $"| {row} | ";
        return contract.Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..^1];
    }

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Brackets();

    [GeneratedRegex("[a-z_]+[0-9]?")]
    private static partial Regex Word();
}
