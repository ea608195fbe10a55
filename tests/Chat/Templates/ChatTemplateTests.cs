using System.Diagnostics;
using System.Text.Json;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.Templates.Library;
using MistralServe.Inference.Chat.Templates.Values;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Chat.Templates;

/// <summary>The engine against Python's jinja2: <c>corpus/reference.py</c> made the expected outputs.</summary>
public sealed class ChatTemplateTests
{
    public static readonly DateTimeOffset Now = new(2024, 7, 3, 14, 5, 9, TimeSpan.Zero);

    [Fact]
    public void Every_case_of_the_corpus_is_rendered_as_jinja2_renders_it()
    {
        using JsonDocument corpus = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Path("tests/Chat/Templates/corpus/corpus.json")));
        var differences = new List<string>();
        int count = 0;
        foreach (JsonElement item in corpus.RootElement.GetProperty("cases").EnumerateArray())
        {
            var variables = corpus.RootElement.GetProperty("variables").EnumerateObject()
                .Concat(item.GetProperty("variables").EnumerateObject())
                .Select(variable => new KeyValuePair<string, TemplateValue>(variable.Name, TemplateJson.Read(variable.Value)));
            string? output = Render(item.GetProperty("template").GetString()!, variables).Output;
            string? expected = item.TryGetProperty("output", out JsonElement text) ? text.GetString() : null;
            count++;
            if (output != expected)
            {
                differences.Add($"{item.GetProperty("name").GetString()}: expected {expected ?? "an error"}, got {output ?? "an error"}");
            }
        }

        Assert.Empty(differences);
        Assert.True(count > 600);
    }

    // Where npm's @huggingface/jinja agrees with jinja2 and so with us; it is smaller, and each difference has a known reason.
    [Fact]
    public async Task A_second_engine_differs_where_it_is_known_to()
    {
        const string Folder = "tests/Chat/Templates/corpus";
        string[] lines = (await NodeEnvironment.RunAsync("jinja.mjs", RepositoryFiles.Path($"{Folder}/corpus.json"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> found = [];
        foreach (string line in lines)
        {
            using JsonDocument difference = JsonDocument.Parse(line);
            found.Add(difference.RootElement.GetProperty("name").GetString()!);
        }

        using JsonDocument known = JsonDocument.Parse(await File.ReadAllTextAsync(RepositoryFiles.Path($"{Folder}/second-opinion.json")));
        List<string> expected = [.. known.RootElement.EnumerateArray().SelectMany(group => group.GetProperty("cases").EnumerateArray()).Select(name => name.GetString()!)];
        Assert.All(known.RootElement.EnumerateArray(), group => Assert.NotEmpty(group.GetProperty("reason").GetString()!));
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a\n{{ n.x.y }}", 2, "'int object' has no attribute 'x'")]
    [InlineData("{% if true %}\n\n{{ raise_exception('roles must alternate') }}{% endif %}", 3, "roles must alternate")]
    [InlineData("{% macro m() %}\n{{ nothing.x }}\n{% endmacro %}\n\n{{ m() }}", 2, "'nothing' is undefined")]
    [InlineData("\n\n{% for x in %}", 3, "expected an expression, got 'end of statement block'")]
    [InlineData("\n{{ 'a }}", 2, "a string that begins with ' has no end")]
    [InlineData("{% if n %}\nx", 2, "Unexpected end of template. The innermost block that needs to be closed is missing its 'endif'")]
    [InlineData("{% include 'x' %}", 1, "the tag 'include' is not supported: a chat template is one text")]
    [InlineData("\n{{ n | zz }}", 2, "No filter named 'zz'")]
    [InlineData("\n{{ messages.append(1) }}", 2, "access to attribute 'append' of 'list' object is unsafe.")]
    public void A_problem_names_its_line(string template, int line, string message)
    {
        TemplateProblem problem = Render(template, Variables(("n", "7"), ("messages", "[]"))).Problem!;
        Assert.Equal((line, message), (problem.Line, problem.Message));
        Assert.Equal(message == "roles must alternate", problem.Raised);
    }

    [Theory]
    [InlineData("{{ 'x' * 10**9 }}")]
    [InlineData("{{ [0] * 10**9 }}")]
    [InlineData("{{ range(10**9) }}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% set ns = namespace(t='xy') %}{% for a in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for a in range(99) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t }}")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for a in range(9999) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t | tojson }}")]
    [InlineData("{% set ns = namespace(t=[1], u=[1]) %}{% for a in range(999) %}{% set ns.t = [ns.t] %}{% set ns.u = [ns.u] %}{% endfor %}{{ ns.t == ns.u }}")]
    [InlineData("{% set l = [1] %}{% for x in l %}{% set _ = l.append(1) %}{% endfor %}")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{{ l }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ '%.999999999f' % 1.0 }}")]
    [InlineData("{{ 'a'.center(999999999) }}")]
    [InlineData("{{ {} | tojson(indent=999999999) }}")]
    [InlineData("{{ 2 ** 9999999 }}")]
    [InlineData("{{ ('a' * 9999).replace('', 'b' * 99999) }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    public void A_template_that_takes_too_much_is_stopped(string template)
    {
        var watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(Render(template, []).Problem);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2L << 30);
    }

    [Fact]
    public void A_source_that_is_nested_or_chained_too_deep_is_a_problem()
    {
        foreach (string source in new[]
        {
            "{{ " + new string('(', 100_000) + " }}", "{{ " + new string('[', 60_000), "{{ " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "x }}",
            "{{ " + new string('-', 100_000) + "1 }}", string.Concat(Enumerable.Repeat("{% if x %}", 20_000)), "{{ x" + string.Concat(Enumerable.Repeat(".a", 90_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat("|e", 90_000)) + " }}", "{{ 1" + string.Concat(Enumerable.Repeat(" if 1 else 1", 20_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat("(", 90_000)), new string('x', TemplateLimits.SourceLength + 1),
        })
        {
            Assert.NotNull(ChatTemplate.Parse(source).Problem);
        }

        Assert.Equal("4000", Render("{{ 0" + string.Concat(Enumerable.Repeat("+1", 4000)) + " }}", []).Output);
    }

    [Fact]
    public void What_jinja2_refuses_and_real_templates_need_is_accepted()
    {
        // A difference from jinja2's immutable sandbox: templates of Kimi K2 keep a queue so, and llama.cpp renders them.
        const string Template = "{% set ns = namespace(ids=[]) %}{% for x in [1,2,3] %}{% set _ = ns.ids.append(x) %}{% endfor %}{{ ns.ids.pop(0) }}{{ ns.ids }}";
        Assert.Equal("1[2, 3]", Render(Template, []).Output);
        Assert.Equal("[\"1\"]", Render("{{ [1] | map('string') | tojson }}", []).Output);
    }

    [Fact]
    public void Mutated_templates_end_with_a_text_or_a_problem()
    {
        using JsonDocument corpus = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Path("tests/Chat/Templates/corpus/corpus.json")));
        string[] sources = [.. corpus.RootElement.GetProperty("cases").EnumerateArray().Select(item => item.GetProperty("template").GetString()!)];
        var variables = corpus.RootElement.GetProperty("variables").EnumerateObject()
            .Select(variable => new KeyValuePair<string, TemplateValue>(variable.Name, TemplateJson.Read(variable.Value))).ToList();
        string[] pieces = ["{{", "}}", "{%", "%}", "|", ".", "(", ")", "[", "]", "'", "-", "~", "*", "in", " is ", "if", "for", "endfor", "else", "\n", "9", "{#", "not", ":", ",", "**", "loop", "caller"];
        var random = new Random(7);
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < 20_000 && watch.Elapsed < TimeSpan.FromSeconds(20); i++)
        {
            string source = sources[random.Next(sources.Length)];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int at = random.Next(source.Length + 1), length = random.Next(Math.Min(6, source.Length - at + 1));
                string other = sources[random.Next(sources.Length)];
                source = random.Next(3) switch
                {
                    0 => source.Remove(at, length),
                    1 => source.Insert(at, pieces[random.Next(pieces.Length)]),
                    _ => source.Insert(at, other[..random.Next(other.Length + 1)]),
                };
            }

            var turn = Stopwatch.StartNew();
            (string? output, TemplateProblem? problem) = Render(source, variables);
            Assert.True(output is null != problem is null);
            Assert.True(turn.Elapsed < TimeSpan.FromSeconds(8), source);
        }
    }

    /// <summary>Renders, or says why not.</summary>
    internal static (string? Output, TemplateProblem? Problem) Render(string source, IEnumerable<KeyValuePair<string, TemplateValue>> variables)
    {
        (ChatTemplate? template, TemplateProblem? problem) = ChatTemplate.Parse(source);
        if (template is null)
        {
            return (null, problem);
        }

        (StringValue? text, problem) = template.Render(variables, Now);
        return (text?.Text, problem);
    }

    /// <summary>Variables from JSON texts.</summary>
    internal static List<KeyValuePair<string, TemplateValue>> Variables(params (string Name, string Json)[] variables) =>
        [.. variables.Select(variable => new KeyValuePair<string, TemplateValue>(variable.Name, TemplateJson.Parse(variable.Json)!))];
}
