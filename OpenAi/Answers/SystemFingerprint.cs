using System.Reflection;
using System.Text;
using MistralServe.Inference;

namespace MistralServe.OpenAi.Answers;

/// <summary>The value of <c>system_fingerprint</c>: it changes when equal seeds may stop giving equal answers.</summary>
internal static class SystemFingerprint
{
    /// <summary>Computes the fingerprint of this build with a model: <c>fp_</c> and 16 hexadecimal digits.</summary>
    public static string Compute(ModelDescription model)
    {
        // The build pins the library, so the build's version stands for both.
        string? build = typeof(SystemFingerprint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string parts = string.Join('\n', build, model.Architecture, model.Quantization, model.SizeBytes, model.ParameterCount, model.Created.Ticks);

        // FNV-1a, 64 bits: a name and no proof, so no cryptographic hash needs to be loaded for it.
        ulong hash = 14695981039346656037;
        foreach (byte value in Encoding.UTF8.GetBytes(parts))
        {
            hash = unchecked((hash ^ value) * 1099511628211);
        }

        return $"fp_{hash:x16}";
    }
}
