using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Tests.Chat.Templates;

/// <summary>Which parts of a text came from input: shown here in angle brackets.</summary>
public sealed class ProvenanceTests
{
    [Theory]
    [InlineData("a{{ s }}b", "a‹ Ab,cd ›b")]
    [InlineData("{{ 'x' + s + 'y' }}", "x‹ Ab,cd ›y")]
    [InlineData("{{ 'x' ~ s ~ 'y' }}", "x‹ Ab,cd ›y")]
    [InlineData("{{ (s + 'y')[1:] }}", "‹Ab,cd ›y")]
    [InlineData("{{ ('y' + s)[::-1] }}", "‹ dc,bA ›y")]
    [InlineData("{{ s | trim }}|{{ s.strip() }}", "‹Ab,cd›|‹Ab,cd›")]
    [InlineData("{{ ('<' + s) | upper }}{{ s.lower() }}", "<‹ AB,CD  ab,cd ›")]
    [InlineData("{{ s.split(',') | join('-') }}", "‹ Ab›-‹cd ›")]
    [InlineData("{{ s.split(',')[0] }}", "‹ Ab›")]
    [InlineData("{{ 'a<b'.split('<') | join(s) }}", "a‹ Ab,cd ›b")]
    [InlineData("{{ s | replace('b', '-') }}", "‹ A›-‹,cd ›")]
    [InlineData("{{ 'xbx' | replace('b', s) }}", "x‹ Ab,cd ›x")]
    [InlineData("{{ s | tojson }}", "\"‹ Ab,cd ›\"")]
    [InlineData("{{ d | tojson }}", "{\"‹k›\": \"‹v\\\"\\n›\", \"‹n›\": 1}")]
    [InlineData("{{ d }}", "{'‹k›': '‹v\"\\n›', '‹n›': 1}")]
    [InlineData("{{ [s] | string }}", "['‹ Ab,cd ›']")]
    [InlineData("{{ '%s-%5s' % (s, 'x') }}", "‹ Ab,cd ›-    x")]
    [InlineData("{{ '[{}]'.format(s) }}{{ s.format() }}", "[‹ Ab,cd ›]‹ Ab,cd ›")]
    [InlineData("{{ s | indent(1, true) }}", " ‹ Ab,cd ›")]
    [InlineData("{{ s * 2 }}", "‹ Ab,cd  Ab,cd ›")]
    [InlineData("{% set x %}<{{ s }}>{% endset %}{{ x }}", "<‹ Ab,cd ›>")]
    [InlineData("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(s) }}", "<‹ Ab,cd ›>")]
    [InlineData("{% filter trim %} {{ s }} {% endfilter %}", "‹Ab,cd›")]
    [InlineData("{% for c in s %}{{ c }}.{% endfor %}", "‹ ›.‹A›.‹b›.‹,›.‹c›.‹d›.‹ ›.")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "‹k›=‹v\"\n›;‹n›=1;")]
    [InlineData("{{ s | title }}{{ s | capitalize }}", "‹ Ab,cd  ab,cd ›")]
    [InlineData("{{ s if s == ' Ab,cd ' else 'x' }}{{ s | default('x') }}", "‹ Ab,cd  Ab,cd ›")]
    [InlineData("{{ j | from_json | join('+') }}", "‹a›+‹b›")]
    [InlineData("{{ ('<' | safe) + s }}", "<‹ Ab,cd ›")]
    [InlineData("{{ s | length }}", "7")]
    [InlineData("{{ s | list | sort | join }}", "‹  ,Abcd›")]
    [InlineData("{{ s | truncate(4, true, '..', 0) }}", "‹ A›..")]
    [InlineData("{{ s.partition(',')[1] }}{{ s.removeprefix(' ') }}", "‹,Ab,cd ›")]
    [InlineData("{{ (s ~ 'é')[-2:] }}", "‹ ›é")]
    public void Marks_follow_the_text(string template, string expected)
    {
        List<KeyValuePair<string, TemplateValue>> variables =
            ChatTemplateTests.Variables(("s", "\" Ab,cd \""), ("d", """{"k": "v\"\n", "n": 1}"""), ("j", """ "[\"a\", \"b\"]" """));
        (ChatTemplate? parsed, _) = ChatTemplate.Parse(template);
        (StringValue? text, TemplateProblem? problem) = parsed!.Render(variables, ChatTemplateTests.Now);
        Assert.Null(problem);
        Assert.Equal(expected, Show(text!));
    }

    private static string Show(StringValue text)
    {
        string shown = text.Text;
        for (int i = text.Input.Count - 1; i >= 0; i--)
        {
            shown = shown.Insert(text.Input[i].End, "›").Insert(text.Input[i].Start, "‹");
        }

        return shown;
    }
}
