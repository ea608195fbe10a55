using MistralServe.Inference.Chat.Templates.Syntax;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// A chat template: a Jinja program that turns a conversation into prompt text. Behaves as Python's jinja2 set up as the
/// transformers library does; a sandbox without access to anything but its variables. Immutable; any thread.
/// </summary>
internal sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _body;

    private ChatTemplate(string source, IReadOnlyList<Statement> body)
    {
        Source = source;
        _body = body;
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <returns>The template, or what is wrong with it.</returns>
    public static (ChatTemplate? Template, TemplateProblem? Problem) Parse(string source)
    {
        if (source.Length > TemplateLimits.SourceLength)
        {
            return (null, new TemplateProblem(1, $"it has more than {TemplateLimits.SourceLength} characters"));
        }

        (IReadOnlyList<Statement>? body, TemplateProblem? problem) = TemplateParser.Parse(source);
        return body is null ? (null, problem) : (new ChatTemplate(source, body), null);
    }

    /// <summary>
    /// Renders variables.
    /// </summary>
    /// <param name="variables">Variables by name; values of input are marked as such.</param>
    /// <param name="now">Local time for <c>strftime_now</c>.</param>
    /// <returns>The text with the marks of what came from input, or why there is none.</returns>
    public (StringValue? Text, TemplateProblem? Problem) Render(IEnumerable<KeyValuePair<string, TemplateValue>> variables, DateTimeOffset now)
    {
        var run = new TemplateRun(now);
        var context = new Scope(null);
        foreach ((string name, TemplateValue value) in variables)
        {
            context.Set(name, value);
        }

        try
        {
            return (StatementRunner.Capture(run, _body, context), null);
        }
        catch (TemplateFaultException fault)
        {
            return (null, new TemplateProblem(run.Line, fault.Message, fault.Raised));
        }
        catch (OverflowException)
        {
            return (null, new TemplateProblem(run.Line, "a number is too large"));
        }
    }
}
