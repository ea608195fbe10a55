namespace MistralServe.Bench.Cases;

/// <summary>All cases, in the order they run.</summary>
internal static class CaseTable
{
    /// <summary>One object a case or part of one.</summary>
    public static readonly IReadOnlyList<BenchCase> All =
    [
        new ColdStartCase(),
        new DecodeCase(),
        new PromptCase(),
        new ThroughputCase(2),
        new ThroughputCase(4),
        new ThroughputCase(8),
        new ThroughputCase(16),
        new SharedPrefixCase(),
        new ConversationCase(),
        new SamplingCase(),
        new BurstCase(),
        new RequestRateCase(),
        new MemoryCase(),
        new LongPromptCase(),
        new MistralRsCase(),
        new ConstraintCase(),
    ];

    /// <summary>The cases that were named, by letter or full name; null and the unknown name when there is one.</summary>
    public static (IReadOnlyList<BenchCase>? Cases, string? Unknown) Select(IEnumerable<string> names)
    {
        string[] wanted = [.. names];
        string? unknown = wanted.FirstOrDefault(name => !All.Any(one => Matches(one, name)));
        return unknown is null ? ([.. All.Where(one => wanted.Any(name => Matches(one, name)))], null) : (null, unknown);
    }

    private static bool Matches(BenchCase one, string name) =>
        one.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || (name.Length == 1 && char.ToLowerInvariant(name[0]) == one.Name[0]);
}
