namespace MistralServe.OpenAi.Parameters;

/// <summary>Names that clients give to schemas and tools. Source: OpenAI's published pattern.</summary>
internal static class FieldNames
{
    /// <summary>Most characters.</summary>
    public const int MaxLength = 64;

    /// <summary>What a name must be, for a sentence.</summary>
    public const string Rule = "1 to 64 letters, digits, '_' and '-'";

    /// <summary>Whether a name is one.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
