using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>What filters take as <c>attribute</c>: a name or number, or several with dots; nothing means the element itself.</summary>
internal sealed class AttributePath
{
    private readonly TemplateRun _run;
    private readonly List<TemplateValue> _parts;
    private readonly TemplateValue? _standard;

    private AttributePath(TemplateRun run, List<TemplateValue> parts, TemplateValue? standard)
    {
        _run = run;
        _parts = parts;
        _standard = standard;
    }

    /// <summary>Reads a path.</summary>
    /// <param name="run">The rendering.</param>
    /// <param name="attribute">The filter's argument.</param>
    /// <param name="standard">What stands for a part that is not there; null means undefined.</param>
    public static AttributePath From(TemplateRun run, TemplateValue? attribute, TemplateValue? standard = null)
    {
        List<TemplateValue> parts = attribute switch
        {
            null or NoneValue => [],
            StringValue text => [.. text.Text.Split('.').Select(ReadPart)],
            _ => [attribute],
        };
        return new AttributePath(run, parts, standard is NoneValue ? null : standard);
    }

    /// <summary>What an element has at the path.</summary>
    public TemplateValue Get(TemplateValue item)
    {
        foreach (TemplateValue part in _parts)
        {
            item = Members.GetItem(_run, item, part);
            item = item is UndefinedValue && _standard is not null ? _standard : item;
        }

        return item;
    }

    /// <summary>As <see cref="Get"/>, in lower case if it is a text and case does not count.</summary>
    public TemplateValue GetKey(TemplateValue item, bool caseSensitive)
    {
        TemplateValue key = Get(item);
        return !caseSensitive && key is StringValue text ? PythonCase.ToLower(_run.Budget, text) : key;
    }

    private static TemplateValue ReadPart(string part) =>
        part.Length > 0 && part.All(char.IsAsciiDigit) && int.TryParse(part, CultureInfo.InvariantCulture, out int number)
            ? new IntegerValue(number)
            : new StringValue(part);
}
