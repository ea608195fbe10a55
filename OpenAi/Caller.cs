using MistralServe.Inference;

namespace MistralServe.OpenAi;

/// <summary>Who sent a request.</summary>
internal static class Caller
{
    /// <summary>Name of the caller's key; empty when no keys are configured.</summary>
    public static string NameOf(HttpContext context) => context.Features.Get<CallerIdentity>()?.Name ?? "";
}
