using Microsoft.Extensions.Hosting;

namespace MistralServe.Hosting;

/// <summary>
/// A host lifetime that listens to no signal. The default one stops an application at the first SIGTERM, and there are two
/// applications and an engine that must drain before: <see cref="ShutdownSignals"/> decides.
/// </summary>
internal sealed class SilentLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
