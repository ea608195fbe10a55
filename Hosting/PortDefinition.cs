using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Health;

namespace MistralServe.Hosting;

/// <summary>One listener and what answers on it.</summary>
internal sealed record PortDefinition
{
    /// <summary>Option that chose the port, for messages.</summary>
    public required string Flag { get; init; }

    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Largest request body in bytes.</summary>
    public required long MaxBodySizeBytes { get; init; }

    /// <summary>Adds what must see every answer, those of the guard included: request ids and error objects. Decides nothing.</summary>
    public Action<WebApplication> Wrap { get; init; } = _ => { };

    /// <summary>Header lines and body for a status that the web server answers by itself to what is no readable request; null leaves them empty.</summary>
    public Func<int, (string Headers, byte[] Body)>? Reject { get; init; }

    /// <summary>Decides first on every request.</summary>
    public required AccessGuard Guard { get; init; }

    /// <summary>State of the engine now.</summary>
    public required Func<HealthReport> Health { get; init; }

    /// <summary>Registers what the endpoints need. Shared objects are registered as instances, so that no container disposes of them.</summary>
    public required Action<IServiceCollection> AddServices { get; init; }

    /// <summary>Adds middleware and endpoints after the guard.</summary>
    public required Action<WebApplication> Map { get; init; }
}
