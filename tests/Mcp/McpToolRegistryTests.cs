using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

public sealed class McpToolRegistryTests
{
    [Theory]
    [InlineData((int)ModelCapabilities.TextGeneration, "chat model_info")]
    [InlineData((int)ModelCapabilities.Embedding, "embed model_info")]
    [InlineData((int)ModelCapabilities.Ranking, "model_info")]
    [InlineData((int)ModelCapabilities.None, "model_info")]
    public void The_model_decides_which_tools_there_are(int capabilities, string names)
    {
        ModelDescription model = McpTestServer.Model with { Capabilities = (ModelCapabilities)capabilities };
        Assert.Equal(names.Split(' '), ToolsOf(model).Definitions.Select(tool => tool.Name));
    }

    [Fact]
    public void Names_are_found_with_case()
    {
        McpToolRegistry registry = ToolsOf(McpTestServer.Model);
        Assert.True(registry.TryGet("chat", out IMcpTool? tool));
        Assert.IsType<ChatTool>(tool);
        Assert.False(registry.TryGet("Chat", out _));
        Assert.False(registry.TryGet("", out _));
    }

    [Fact]
    public void Definitions_follow_the_rules_for_tools()
    {
        ModelDescription all = McpTestServer.Model with { Capabilities = ModelCapabilities.TextGeneration | ModelCapabilities.Embedding };
        foreach (ToolDefinition tool in ToolsOf(all).Definitions)
        {
            Assert.Matches("^[a-z0-9_]{1,64}$", tool.Name);
            Assert.NotEqual("", tool.Description);
            foreach (JsonElement schema in (JsonElement[])[tool.InputSchema, tool.OutputSchema ?? tool.InputSchema])
            {
                Assert.Equal("object", schema.GetProperty("type").GetString());
                Assert.DoesNotContain("$ref", schema.GetRawText(), StringComparison.Ordinal);
                Assert.False(schema.TryGetProperty("additionalProperties", out _));
            }
        }
    }

    [Fact]
    public void Chat_is_defined_as_documented()
    {
        ToolDefinition chat = ToolsOf(McpTestServer.Model).Definitions[0];
        using JsonDocument documented = JsonDocument.Parse("""
            {"name":"chat","title":"Chat","description":"Send a conversation to the loaded language model and get its reply.",
             "inputSchema":{"type":"object","required":["messages"],"properties":{
              "messages":{"type":"array","minItems":1,"description":"Conversation so far, oldest first","items":{"type":"object","required":["role","content"],
                "properties":{"role":{"type":"string","enum":["system","user","assistant","tool"]},"content":{"type":"string"}}}},
              "maxTokens":{"type":"integer","minimum":1,"description":"Maximum number of tokens to generate"},
              "temperature":{"type":"number","minimum":0,"maximum":2,"description":"Sampling temperature"},
              "tools":{"type":"array","maxItems":128,"description":"Functions that the model may ask its caller to call","items":{
                "type":"object","required":["type","function"],"properties":{
                  "type":{"type":"string","enum":["function"]},
                  "function":{"type":"object","required":["name"],"properties":{
                    "name":{"type":"string"},"description":{"type":"string"},
                    "parameters":{"type":"object","description":"JSON Schema of the arguments"},"strict":{"type":"boolean"} } } } } },
              "toolChoice":{"description":"none, auto, required, or an object that names a function","type":["string","object"]},
              "responseFormat":{"type":"object","description":"What the reply must be: type text, json_object or json_schema"} }},
             "annotations":{"readOnlyHint":true,"openWorldHint":false}}
            """);
        Assert.True(JsonElement.DeepEquals(
            documented.RootElement, JsonSerializer.SerializeToElement(chat, McpJsonContext.Default.ToolDefinition)));
    }

    [Fact]
    public async Task Model_info_conforms_to_its_schema_and_hides_the_path()
    {
        foreach (ModelDescription model in (ModelDescription[])[McpTestServer.Model, McpTestServer.Model with { Name = null, Quantization = null }])
        {
            var tool = new ModelInfoTool(model, 1024);
            CallToolResult result = (await tool.CallAsync(new ToolCall(default, ""), default)).Result!;
            JsonElement info = result.StructuredContent!.Value;
            JsonElement schema = tool.Definition.OutputSchema!.Value;
            foreach (JsonElement name in schema.GetProperty("required").EnumerateArray())
            {
                Assert.True(info.TryGetProperty(name.GetString()!, out _), name.GetString());
            }

            foreach (JsonProperty property in info.EnumerateObject())
            {
                string? type = schema.GetProperty("properties").GetProperty(property.Name).GetProperty("type").GetString();
                Assert.Equal(type, property.Value.ValueKind switch
                {
                    JsonValueKind.String => "string",
                    JsonValueKind.Number => "integer",
                    JsonValueKind.Array => "array",
                    _ => "boolean",
                });
            }

            Assert.Equal(1024, info.GetProperty("context_length").GetInt32());
            Assert.Equal(7_000_000_000, info.GetProperty("parameter_count").GetInt64());
            Assert.Equal(info.GetRawText(), Assert.Single(result.Content).Text);
            Assert.False(result.IsError);
            Assert.DoesNotContain("secret", info.GetRawText(), StringComparison.Ordinal);
        }
    }

    private static McpToolRegistry ToolsOf(ModelDescription model) =>
        new(McpToolRegistry.ForModel(
            model, 1024, (_, _) => throw new NotSupportedException("no test here starts a chat"),
            (_, _) => throw new NotSupportedException("no test here makes embeddings")));
}
