namespace MistralServe.Mcp.Tools;

/// <summary>Bounds of a number or of a count, both included.</summary>
/// <param name="Least">Smallest; null is none.</param>
/// <param name="Most">Largest; null is none.</param>
internal readonly record struct ArgumentBounds(double? Least, double? Most)
{
    /// <summary>Null when a number is within the bounds; else what it must be, without the name of its field.</summary>
    /// <param name="number">The number.</param>
    /// <param name="unit">What is counted, with a space before it; empty for a number.</param>
    public string? Check(double number, string unit)
    {
        if (!(number < Least || number > Most))
        {
            return null;
        }

        string range = this switch
        {
            { Least: { } least, Most: { } most } => unit.Length > 0 ? $"{least} to {most}{unit}" : $"between {least} and {most}",
            { Least: { } least } => $"{least} or more{unit}",
            _ => $"{Most} or less{unit}",
        };
        return unit.Length > 0 ? $"must have {range}, but has {number}." : $"must be {range}, but is {number}.";
    }
}
