using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tool <c>model_info</c>: what model is loaded and what it can do. Every model has it, and it answers while the model
/// still loads.
/// </summary>
internal sealed class ModelInfoTool : IMcpTool
{
    private readonly ToolOutcome _outcome;

    /// <summary>Prepares the one answer there is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="contextLength">Tokens of one request, prompt and answer together.</param>
    public ModelInfoTool(ModelDescription model, int contextLength)
    {
        _outcome = ToolOutcome.Of(CallToolResult.Structured(ModelInfo.From(model, contextLength), McpJsonContext.Default.ModelInfo));
    }

    /// <inheritdoc/>
    public ToolDefinition Definition { get; } = new()
    {
        Name = "model_info",
        Title = "Model information",
        Description = "Tell which model is loaded, how large it is, how many tokens fit one request and what it can do.",
        InputSchema = JsonSchema.Parse("""{"type":"object","properties":{}}"""u8),
        OutputSchema = JsonSchema.Parse("""
            {"type":"object",
             "required":["id","architecture","parameter_count","size_bytes","context_length","training_context_length",
               "vocabulary_size","embedding_length","capabilities","demo"],
             "properties":{
              "id":{"type":"string","description":"Name under which the model is served"},
              "name":{"type":"string","description":"Name that the model file gives itself"},
              "architecture":{"type":"string"},
              "quantization":{"type":"string","description":"Most common tensor type"},
              "parameter_count":{"type":"integer","minimum":0},
              "size_bytes":{"type":"integer","minimum":0},
              "context_length":{"type":"integer","minimum":0,"description":"Tokens of one request, prompt and answer together"},
              "training_context_length":{"type":"integer","minimum":0,"description":"0 when the model file does not say"},
              "vocabulary_size":{"type":"integer","minimum":0},
              "embedding_length":{"type":"integer","minimum":0},
              "capabilities":{"type":"array","items":{"type":"string","enum":["text_generation","embedding","ranking","image_input","audio_input","audio_output"]}},
              "demo":{"type":"boolean","description":"True for the demo model that ships with the server"}}}
            """u8),
        Annotations = new() { IdempotentHint = true },
    };

    /// <inheritdoc/>
    public ToolStart Start(ToolCall call) => ToolStart.Of(_outcome);
}
