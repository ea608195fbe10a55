using Microsoft.Extensions.Logging;

namespace MistralServe.Hosting;

/// <summary>Where the host gets its model from: the one place that knows how header, library and engine are put together.</summary>
internal static class ModelStartup
{
    /// <summary>
    /// Reads the header of the model file; the model is not loaded yet.
    /// </summary>
    /// <returns>The model, or a sentence for the user that says why there is none.</returns>
    public static (IServedModel? Model, string? Problem) Open(ServeSettings settings, ILoggerFactory loggers)
    {
        _ = loggers;
        return (null, $"{settings.ModelFile}: the engine is not wired yet.");
    }
}
