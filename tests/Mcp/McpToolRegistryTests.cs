using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

public sealed class McpToolRegistryTests
{
    [Theory]
    [InlineData((int)ModelCapabilities.TextGeneration, "chat complete tokenize count_tokens model_info")]
    [InlineData((int)ModelCapabilities.Embedding, "embed tokenize count_tokens model_info")]
    [InlineData((int)ModelCapabilities.Ranking, "rerank tokenize count_tokens model_info")]
    [InlineData((int)ModelCapabilities.None, "tokenize count_tokens model_info")]
    public void The_model_decides_which_tools_there_are(int capabilities, string names)
    {
        ModelDescription model = McpTestServer.Model with { Capabilities = (ModelCapabilities)capabilities };
        Assert.Equal(names.Split(' '), ToolsOf(model).Definitions.Select(tool => tool.Name));
    }

    [Fact]
    public void Without_a_vocabulary_there_are_no_tools_for_tokens() => Assert.Equal(
        ["chat", "complete", "model_info"],
        ToolsOf(McpTestServer.Model with { VocabularySize = 0 }).Definitions.Select(tool => tool.Name));

    [Fact]
    public void Names_are_found_with_case()
    {
        McpToolRegistry registry = ToolsOf(McpTestServer.Model);
        using JsonDocument arguments = JsonDocument.Parse("{}");
        var call = new ToolCall(arguments.RootElement, "");
        Assert.NotNull(registry.Start("chat", call));
        Assert.Null(registry.Start("Chat", call));
        Assert.Null(registry.Start("", call));
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
              "messages":{"type":"array","minItems":1,"description":"Conversation so far, oldest first","items":{"type":"object","required":["role"],
                "properties":{"role":{"type":"string","enum":["system","user","assistant","tool","developer","function"]},
                 "content":{"description":"Text, or an array of text parts; only a message with calls needs none","anyOf":[{"type":"string"},
                  {"type":"array","minItems":1,"items":{"type":"object","required":["type"],"properties":{"type":{"type":"string"},"text":{"type":"string"} } } }]} } } },
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
    public void Model_info_conforms_to_its_schema_and_hides_the_path()
    {
        foreach (ModelDescription model in (ModelDescription[])[McpTestServer.Model, McpTestServer.Model with { Name = null, Quantization = null }])
        {
            var tool = new ModelInfoTool(model, 1024);
            CallToolResult result = tool.Start(new ToolCall(default, "")).Outcome.Result!;
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

    [Fact]
    public void Tools_can_be_left_out()
    {
        McpToolRegistry registry = McpToolRegistry.Create(FakeServices.Create(), ["model_info", "chat", "embed"]);
        Assert.Equal(["chat", "model_info"], registry.Definitions.Select(tool => tool.Name));
        Assert.Empty(McpToolRegistry.Create(FakeServices.Create(), ["embed"]).Definitions);
    }

    [Fact]
    public void Rows_are_named_as_their_tools()
    {
        foreach (ToolRow row in ToolTable.Rows)
        {
            Assert.Equal(row.Name, row.Create(FakeServices.Create()).Definition.Name);
        }
    }

    [Theory]
    [InlineData(Modalities.Text, Modalities.Text, "describe_text")]
    [InlineData(Modalities.Text | Modalities.Image, Modalities.Text, "describe_text describe_image")]
    [InlineData(Modalities.Audio, Modalities.Text, "transcribe")]
    [InlineData(Modalities.Text | Modalities.Audio, Modalities.Text | Modalities.Audio, "describe_text transcribe speak")]
    [InlineData(Modalities.None, Modalities.None, "")]
    internal void A_tool_for_images_or_sound_is_one_row_more(Modalities input, Modalities output, string names)
    {
        ToolRow[] rows =
        [
            Row("describe_text", Modalities.Text, Modalities.Text),
            Row("describe_image", Modalities.Text | Modalities.Image, Modalities.Text),
            Row("transcribe", Modalities.Audio, Modalities.Text),
            Row("speak", Modalities.Text, Modalities.Audio),
        ];
        McpToolRegistry registry = McpToolRegistry.Create(rows, new ModalityPair(input, output), FakeServices.Create(), null);
        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), registry.Definitions.Select(tool => tool.Name));

        static ToolRow Row(string name, Modalities takes, Modalities gives) => new(name, new(takes, gives), _ => FakeTool.Echo(name));
    }

    [Fact]
    public async Task A_model_of_another_modality_is_served_by_its_row_and_class_alone()
    {
        ToolRow[] rows =
        [
            .. ToolTable.Rows,
            new("paint", new(Modalities.Text, Modalities.Image), _ => FakeTool.Working("paint", (_, _, _) => new(FakeTool.Blocks(ContentBlock.OfImage([1, 2, 3], "image/png"))))),
            new("speak", new(Modalities.Text, Modalities.Audio), _ => FakeTool.Working("speak", (_, _, _) => new(FakeTool.Blocks(ContentBlock.OfAudio([4, 5], "audio/wav"))))),
        ];
        var painter = new ModalityPair(Modalities.Text, Modalities.Image | Modalities.Audio);
        await using McpTestServer server = await McpTestServer.StartAsync(registry: McpToolRegistry.Create(rows, painter, FakeServices.Create(), null));
        McpTestServer.Answer list = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        Assert.Equal(["model_info", "paint", "speak"], list.Result.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
        foreach ((string tool, string block) in ((string, string)[])
            [
                ("paint", """{"type":"image","data":"AQID","mimeType":"image/png"}"""),
                ("speak", """{"type":"audio","data":"BAU=","mimeType":"audio/wav"}"""),
            ])
        {
            McpTestServer.Answer answer = await server.PostAsync($$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"{{{tool}}}"}}""");
            using JsonDocument expected = JsonDocument.Parse(block);
            Assert.True(JsonElement.DeepEquals(expected.RootElement, Assert.Single(answer.Result.GetProperty("content").EnumerateArray())), answer.Body);
        }
    }

    private static McpToolRegistry ToolsOf(ModelDescription model) => McpToolRegistry.Create(FakeServices.Create(model));
}
