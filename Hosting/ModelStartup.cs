using Microsoft.Extensions.Logging;
using MistralServe.Inference.Gguf;

namespace MistralServe.Hosting;

/// <summary>Where the host gets its model from.</summary>
internal static class ModelStartup
{
    /// <summary>
    /// Reads the header of the model file; the model is not loaded yet.
    /// </summary>
    /// <returns>The model, or a sentence for the user that says why there is none.</returns>
    public static (IServedModel? Model, string? Problem) Open(ServeSettings settings, ILoggerFactory loggers)
    {
        ModelDescriptionResult read = ModelDescriptionReader.Read(settings.ModelFile, settings.Alias, isDemo: settings.ModelPath is null);
        return read.Model is { } description
            ? (new EngineModel(description, settings, TimeProvider.System, loggers), null)
            : (null, read.Problem);
    }
}
