using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Languages;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>Regular expressions of schemas. Stateless.</summary>
internal static class SearchPattern
{
    /// <summary>The texts in which an expression of a schema is found somewhere; null with the reason when it cannot be enforced.</summary>
    public static (Pattern? Pattern, string? Problem) Parse(string source)
    {
        PatternResult result = RegexParser.Parse(source, RegexMode.Search);
        return (result.Pattern, result.Problem);
    }

    /// <summary>The texts that one of our own expressions matches as a whole.</summary>
    public static Pattern ParseWhole(string source) => RegexParser.Parse(source, RegexMode.Whole).Pattern!;
}
