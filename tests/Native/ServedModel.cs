using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Inference;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Native;

/// <summary>A model as the product puts it together, and one of its services.</summary>
internal sealed class ServedModel<TService> : IAsyncDisposable
    where TService : class
{
    private readonly EngineModel _model;

    /// <summary>Starts to load a model; two threads.</summary>
    public ServedModel(string path, int? contextLength = null)
    {
        ModelDescription description = ModelDescriptionReader.Read(path, alias: null, isDemo: false).Model!;
        _model = ModelStartup.Create(description, new ServeSettings { ContextLength = contextLength, ThreadCount = 2 }, null, NullLoggerFactory.Instance);
        var services = new ServiceCollection();
        _model.AddServices(services);
        _model.Start();
        Service = (TService)services.Single(service => service.ServiceType == typeof(TService)).ImplementationInstance!;
    }

    /// <summary>The service.</summary>
    public TService Service { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _model.DisposeAsync();
}
