using Microsoft.Extensions.Logging;
using MistralServe.Hosting;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Mcp.Tools;

namespace MistralServe.TestHost;

/// <summary>Puts a scripted model where the product has llama.cpp; everything above it is the product's code.</summary>
internal static class ReplayModel
{
    private const int ContextLength = 16384;

    /// <summary>The settings under which a script runs.</summary>
    public static ServeSettings CreateSettings(int port, int mcpPort) => new() { Port = port, McpPort = mcpPort, ContextLength = ContextLength, LogLevel = LogLevel.Warning };

    /// <summary>A model that says what the script says.</summary>
    public static EngineModel Create(ReplayScript script, ServeSettings settings, ILoggerFactory loggers)
    {
        var vocabulary = new ReplayVocabulary(script);
        var description = new ModelDescription
        {
            Id = "scripted",
            Path = "/scripted.gguf",
            Architecture = "scripted",
            VocabularySize = vocabulary.Count,
            TrainingContextLength = ContextLength,
            ChatTemplate = script.Template,
            Capabilities = ModelCapabilities.TextGeneration | script.Capabilities,
        };
        return new EngineModel(
            description, settings, new ChatTemplateSource(script.Template) { ToolText = script.ToolTemplate },
            (layout, _) => (new ReplayRunner(script, vocabulary, layout.Parallel + layout.CacheStreams, ContextLength), null),
            TimeProvider.System, loggers, [.. ToolTable.Rows, .. ReplayTools.Rows]);
    }
}
