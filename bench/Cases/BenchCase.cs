namespace MistralServe.Bench.Cases;

/// <summary>Something to measure.</summary>
internal abstract class BenchCase
{
    /// <summary>Letter of the case, with a number where it has parts; the name in tables and on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the table.</summary>
    public abstract string Title { get; }

    /// <summary>Measures every engine once, one after the other.</summary>
    public abstract Task MeasureAsync(Round round);
}
