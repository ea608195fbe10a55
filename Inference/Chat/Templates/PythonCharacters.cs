namespace MistralServe.Inference.Chat.Templates;

/// <summary>Classes of characters as Python's <c>str</c> has them.</summary>
internal static class PythonCharacters
{
    /// <summary>White space: .NET's, and the four separators of ASCII.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\u001c' and <= '\u001f';

    /// <summary>Whether a character ends a line for <c>splitlines</c>.</summary>
    public static bool IsLineEnd(char character) =>
        character is '\n' or '\r' or '\v' or '\f' or (>= '\u001c' and <= '\u001e') or '\u0085' or '\u2028' or '\u2029';

    /// <summary>Whether a character may be part of a name.</summary>
    public static bool IsNamePart(char character) => character == '_' || char.IsLetterOrDigit(character);
}
