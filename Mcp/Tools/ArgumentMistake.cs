namespace MistralServe.Mcp.Tools;

/// <summary>Where arguments break their schema.</summary>
/// <param name="Text">What is wrong and what must be, to follow the name of the field.</param>
internal readonly record struct ArgumentMistake(string Text)
{
    /// <summary>Path of the field below the schema that was asked, each name with a dot before it; empty for the value itself.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether the value is of another type.</summary>
    public bool IsType { get; init; }

    /// <summary>Whether more of a value was right before this mistake than before another of the same value.</summary>
    public bool IsBeyond(ArgumentMistake other)
    {
        int order = Path.Length != other.Path.Length ? Path.Length - other.Path.Length : string.CompareOrdinal(Path, other.Path);
        return order > 0 || (order == 0 && other.IsType && !IsType);
    }
}
