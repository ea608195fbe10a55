using System.Net;
using MistralServe.Inference;

namespace MistralServe.Hosting;

/// <summary>What the server says once its ports are open.</summary>
internal static class StartupBanner
{
    /// <summary>One line with addresses and model, and one more when the model is the demo.</summary>
    /// <param name="rest">Where the REST port listens.</param>
    /// <param name="mcp">Where the MCP port listens.</param>
    /// <param name="model">What is served.</param>
    public static string Format(IPEndPoint rest, IPEndPoint mcp, ModelDescription model)
    {
        string details = model.Quantization is null ? model.Architecture : $"{model.Architecture}, {model.Quantization}";
        string line = $"mistralserve: REST http://{rest}/v1, MCP http://{mcp}/mcp, model {model.Id} ({details})";
        return model.IsDemo
            ? line + Environment.NewLine + "This is the small demo model, good for a first contact only; serve a real one with -m MODEL.gguf"
            : line;
    }
}
