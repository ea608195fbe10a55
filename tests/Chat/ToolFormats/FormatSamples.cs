namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>The samples of all formats.</summary>
internal static class FormatSamples
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<FormatSample> All { get; } = [.. JsonSamples.Rows, .. TaggedSamples.Rows, .. MoreTaggedSamples.Rows];

    /// <summary>Names, for theories.</summary>
    public static TheoryData<string> Names { get; } = [.. All.Select(sample => sample.Name)];

    /// <summary>The sample of a format.</summary>
    public static FormatSample Get(string name) => All.Single(sample => sample.Name == name);
}
