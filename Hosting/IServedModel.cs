using Microsoft.Extensions.DependencyInjection;
using MistralServe.Hosting.Health;
using MistralServe.Inference;

namespace MistralServe.Hosting;

/// <summary>
/// A model behind both ports, as the host sees it: the host starts it, asks after its health, drains and disposes it. The
/// product has one implementation, the tests a scripted one. Any thread.
/// </summary>
internal interface IServedModel : IAsyncDisposable
{
    /// <summary>What the file's header says; known before the model is loaded.</summary>
    ModelDescription Description { get; }

    /// <summary>Completes when the engine has ended, with a sentence for the operator: it could not load, or it failed.</summary>
    Task<string> Ended { get; }

    /// <summary>State now.</summary>
    HealthReport GetHealth();

    /// <summary>Registers, as instances, what the endpoints of both ports need.</summary>
    void AddServices(IServiceCollection services);

    /// <summary>Begins to load; returns at once. Requests that come before it is done wait in the queue.</summary>
    void Start();

    /// <summary>Refuses new requests and lets running ones finish; after the limit they end with an error event.</summary>
    Task DrainAsync(TimeSpan limit);
}
