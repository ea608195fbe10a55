using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Hosting;

/// <summary>Loads a model.</summary>
/// <param name="layout">Layout of its context.</param>
/// <param name="progress">Called with the share of the weights loaded, 0..1; false gives up.</param>
/// <returns>The runner, or a sentence for the operator.</returns>
internal delegate (IRunner? Runner, string? Problem) RunnerLoader(ContextLayout layout, Func<float, bool> progress);
