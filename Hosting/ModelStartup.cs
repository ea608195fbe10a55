using Microsoft.Extensions.Logging;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Gguf;

namespace MistralServe.Hosting;

/// <summary>Where the host gets its model from.</summary>
internal static class ModelStartup
{
    /// <summary>
    /// Reads the header of the model file; the weights are not loaded yet.
    /// </summary>
    /// <returns>The model, or a sentence for the user that says why there is none.</returns>
    public static (IServedModel? Model, string? Problem) Open(ServeSettings settings, ILoggerFactory loggers)
    {
        ModelDescriptionResult read = ModelDescriptionReader.Read(settings.ModelFile, settings.Alias, isDemo: settings.ModelPath is null);
        if (read.Model is not { } description)
        {
            return (null, read.Problem);
        }

        (ChatTemplateSource? template, string? problem) = ChatTemplateSource.Resolve(description.ChatTemplate, settings.ChatTemplate, description.ToolTemplate);
        if (problem is not null)
        {
            return (null, problem);
        }

        return (Create(description, settings, template, loggers), null);
    }

    /// <summary>A model that llama.cpp runs; only its vocabulary begins to load.</summary>
    /// <param name="description">Its header.</param>
    /// <param name="settings">Checked settings.</param>
    /// <param name="template">The chat template; null refuses chat.</param>
    /// <param name="loggers">Makes loggers.</param>
    public static EngineModel Create(ModelDescription description, ServeSettings settings, ChatTemplateSource? template, ILoggerFactory loggers)
    {
        var options = new ModelLoadOptions(
            settings.NativeDirectory ?? AppContext.BaseDirectory, settings.CpuVariant ?? "auto", settings.ThreadCount ?? PhysicalCores.Count(), settings.FastStart);
        var loader = new ModelLoader(description, options, loggers);
        loader.Begin();
        return new EngineModel(description, settings, template, loader.Load, TimeProvider.System, loggers, preparation: loader);
    }
}
