namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// What makes two states inside a character the same.
/// </summary>
/// <param name="Part">Which part of a character comes next.</param>
/// <param name="Level">How much of it is missing.</param>
/// <param name="Steps">Where the characters lead that may come of it.</param>
internal readonly record struct StepKey(int Part, int Level, CodePointStep[] Steps)
{
    /// <inheritdoc/>
    public bool Equals(StepKey other) => Part == other.Part && Level == other.Level && Steps.AsSpan().SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Part);
        hash.Add(Level);
        foreach (CodePointStep step in Steps)
        {
            hash.Add(step);
        }

        return hash.ToHashCode();
    }
}
