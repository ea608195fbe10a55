namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// What a template may use: it is a program from a stranger. Numbers of security.md where it has them; the rest are ours, far
/// above what any of 70 real templates needs and low enough that the worst template ends within a second or so.
/// </summary>
internal static class TemplateLimits
{
    /// <summary>UTF-16 units of the source.</summary>
    public const int SourceLength = 256 * 1024;

    /// <summary>UTF-16 units of the rendered text, and of any string on the way to it.</summary>
    public const int TextLength = 16 * 1024 * 1024;

    /// <summary>Statements, loop turns, calls, filters, and portions of text and lists that are built.</summary>
    public const int Steps = 1_000_000;

    /// <summary>UTF-16 units of built text that count as one step: bounds what all strings of a rendering allocate to 256 MiB.</summary>
    public const int TextPerStep = 128;

    /// <summary>Elements of a built list that count as one step.</summary>
    public const int ElementsPerStep = 16;

    /// <summary>Macros inside macros.</summary>
    public const int MacroDepth = 64;

    /// <summary>Statements or expressions inside each other, in the source.</summary>
    public const int ParseDepth = 100;

    /// <summary>Operands or arguments in a row, in the source.</summary>
    public const int ParseWidth = 4096;

    /// <summary>Values inside each other when they are printed or compared: above the depth of accepted JSON.</summary>
    public const int ValueDepth = 100;

    /// <summary>Elements of a <c>range</c>, as in jinja2's sandbox.</summary>
    public const int RangeLength = 100_000;
}
