using System.Text.Json;
using MistralServe.Bench;
using MistralServe.Bench.Cases;
using MistralServe.Bench.Child;

// "bare", "sampling" and "masks" are this program's own children: each engine has a process of its own, the library's loop too.
switch (args)
{
    case ["bare", string settings]:
        return PrintResult(() => JsonSerializer.Serialize(BareLoop.Run(JsonSerializer.Deserialize(settings, BenchJson.Default.BareSettings)!), BenchJson.Default.BareResult));
    case ["sampling", string settings]:
        return PrintResult(() => JsonSerializer.Serialize(SamplingLoop.Run(JsonSerializer.Deserialize(settings, BenchJson.Default.SamplingSettings)!), BenchJson.Default.SamplingResult));
    case ["masks", string settings]:
        return PrintResult(() => JsonSerializer.Serialize(MaskLoop.Run(JsonSerializer.Deserialize(settings, BenchJson.Default.MaskSettings)!), BenchJson.Default.MaskResult));
    case [.., "--help"]:
        Console.Write(BenchOptions.Help);
        Console.Write(string.Concat(CaseTable.All.Select(one => $"  {one.Name,-4} {one.Title}\n")));
        return 0;
}

(BenchOptions? options, string? problem) = BenchOptions.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}

(IReadOnlyList<BenchCase>? cases, string? unknown) = CaseTable.Select(options.Cases);
if (cases is null)
{
    Console.Error.WriteLine($"--cases {unknown}: no such case; --help lists them");
    return 2;
}

try
{
    await BenchRun.RunAsync(options, cases, string.Join(' ', args));
    return 0;
}
catch (BenchFailureException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

static int PrintResult(Func<string> run)
{
    try
    {
        Console.WriteLine(run());
        return 0;
    }
    catch (BenchFailureException failure)
    {
        Console.Error.WriteLine(failure.Message);
        return 1;
    }
}
