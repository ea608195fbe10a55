using System.Diagnostics.CodeAnalysis;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tools of this process: what the model can do decides. Fixed at start; any thread.
/// </summary>
internal sealed class McpToolRegistry
{
    private readonly IReadOnlyList<IMcpTool> _tools;

    /// <summary>The tools that a model can serve.</summary>
    /// <param name="model">What the header of the model says; the model need not be loaded.</param>
    /// <param name="chat">Runs conversations.</param>
    /// <param name="embeddings">Makes embeddings.</param>
    /// <param name="engine">Knows the context length of one request.</param>
    public McpToolRegistry(ModelDescription model, ChatService chat, EmbeddingService embeddings, InferenceEngine engine)
        : this(ForModel(model, engine.ContextLength, chat.StartAsync, embeddings.ComputeAsync))
    {
    }

    /// <summary>Exactly these tools, in this order. Names must differ.</summary>
    internal McpToolRegistry(IReadOnlyList<IMcpTool> tools)
    {
        _tools = tools;
        Definitions = [.. tools.Select(tool => tool.Definition)];
    }

    /// <summary>All tools in order of registration, the same for every caller.</summary>
    public IReadOnlyList<ToolDefinition> Definitions { get; }

    /// <summary>Finds a tool by name, with case.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out IMcpTool? tool)
    {
        // A handful of tools: a scan is as fast as a table.
        tool = _tools.FirstOrDefault(candidate => candidate.Definition.Name == name);
        return tool is not null;
    }

    /// <summary>Asks the model what it can do.</summary>
    /// <param name="model">What the header of the model says.</param>
    /// <param name="contextLength">Tokens of one request, prompt and answer together.</param>
    /// <param name="startChat">Starts a generation, as <see cref="ChatService.StartAsync"/>.</param>
    /// <param name="embed">Makes embeddings, as <see cref="EmbeddingService.ComputeAsync"/>.</param>
    internal static IReadOnlyList<IMcpTool> ForModel(ModelDescription model, int contextLength, ChatStarter startChat, Embedder embed)
    {
        List<IMcpTool> tools = [];
        if (model.Capabilities.HasFlag(ModelCapabilities.TextGeneration))
        {
            tools.Add(new ChatTool(model.Id, model.VocabularySize, startChat));
        }

        if (model.Capabilities.HasFlag(ModelCapabilities.Embedding))
        {
            tools.Add(new EmbedTool(model.Id, embed));
        }

        tools.Add(new ModelInfoTool(model, contextLength));
        return tools;
    }
}
