using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Cli.Options;
using MistralServe.Hosting;
using MistralServe.Inference;
using MistralServe.Inference.Gguf;
using MistralServe.Inference.Native;

namespace MistralServe.Cli;

/// <summary>
/// <c>mistralserve doctor</c>: says what this machine can run and how a model would be laid out. Each CPU variant is tried in a
/// process of its own, because one that does not fit ends it. Exit code 0 when <c>serve</c> could start, else 1.
/// </summary>
internal static class DoctorCommand
{
    // Argument of the child process that tries one variant; not for people.
    private const string Probe = "--probe-variant";

    // Ours: loading a library takes milliseconds.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Command command = new("doctor", "Say what this machine can run and how a model would be laid out.");
        CommandOptions options = new(command, OptionTable.Doctor);
        Option<string?> probe = new(Probe) { Hidden = true };
        command.Options.Add(probe);
        command.SetAction((result, _) => result.GetValue(probe) is { } variant
            ? Task.FromResult(LoadVariant(options.Read(result), variant))
            : RunAsync(options.Read(result), result.InvocationConfiguration));
        return command;
    }

    private static async Task<int> RunAsync(SettingsResult read, InvocationConfiguration streams)
    {
        if (read.Settings is not { } settings)
        {
            await streams.Error.WriteLineAsync(read.Problem);
            return MistralServeCommand.UsageError;
        }

        TextWriter output = streams.Output;
        string folder = settings.NativeDirectory ?? AppContext.BaseDirectory;
        await output.WriteLineAsync($"libraries   llama.cpp {AbiCheck.PinnedVersion} expected in {folder}");
        foreach (string file in Directory.EnumerateFiles(folder, "lib*.so").Order(StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"            {HashFile(file)}  {Path.GetFileName(file)}");
        }

        CpuFeatures features = CpuFeatureReader.Read();
        await output.WriteLineAsync($"processor   {features}, {PhysicalCores.Count()} physical cores");
        (CpuVariant? chosen, string? problem) = CpuVariant.Choose(settings.CpuVariant ?? "auto", features);
        foreach (CpuVariant variant in CpuVariant.All)
        {
            string state = variant.RunsOn(features) ? await TryVariantAsync(folder, variant) : $"cannot run here: lacks {variant.Needs & ~features}";
            await output.WriteLineAsync($"variant     {variant.Name}{(variant == chosen ? " (chosen)" : "")}: {state}");
        }

        await output.WriteLineAsync($"kernels     products of Q4_1 weights: {(chosen is not null && KernelLibrary.HasProduct(chosen) ? "our own, for AVX2" : "llama.cpp's (ours need a variant with AVX2 and FMA, and " + KernelLibrary.FileName + " beside the program)")}");
        ModelDescriptionResult model = ModelDescriptionReader.Read(settings.ModelFile, alias: null, isDemo: settings.ModelPath is null);
        if (model.Model is { } description)
        {
            ContextLayout layout = EngineModel.ChooseLayout(description, settings).Layout;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"model       {description.Id}: {description.Architecture}, {description.ParameterCount / 1e6:F1}M parameters, {description.Quantization}, trained for {description.TrainingContextLength} tokens, for {string.Join(", ", ModelCapabilityNames.Of(description.Capabilities))}"));
            await output.WriteLineAsync($"layout      {layout}");
        }

        problem ??= model.Problem;
        if (problem is not null)
        {
            await streams.Error.WriteLineAsync(problem);
        }

        return problem is null ? 0 : 1;
    }

    private static int LoadVariant(SettingsResult read, string variant) =>
        NativeRuntime.Load(read.Settings?.NativeDirectory ?? AppContext.BaseDirectory, variant, NullLogger.Instance).Variant is null ? 1 : 0;

    private static async Task<string> TryVariantAsync(string folder, CpuVariant variant)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["doctor", Probe, variant.Name, "--native-dir", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        using CancellationTokenSource limit = new(ProbeTimeout);
        try
        {
            await child.WaitForExitAsync(limit.Token);
            return child.ExitCode == 0 ? "starts" : $"does not start (exit code {child.ExitCode})";
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            return $"does not start within {ProbeTimeout.TotalSeconds} s";
        }
    }

    private static string HashFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
