using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.Inference.Embedding;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>Each tool against what its own schema promises: the table of bad and good arguments is made of the schema.</summary>
public sealed class ToolArgumentTests
{
    public static TheoryData<string> Tools() => new(ToolTable.Names);

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task Whatever_breaks_the_schema_of_a_tool_is_refused_by_name(string tool)
    {
        JsonObject schema = SchemaOf(tool);
        await using McpTestServer server = await McpTestServer.StartAsync([CreateTool(tool)]);
        int count = 0;
        foreach ((JsonObject arguments, string path) in Breaches(schema))
        {
            (bool isError, string text) = await CallAsync(server, tool, arguments);
            Assert.True(isError, $"{arguments.ToJsonString()} was taken");
            Assert.True(text.StartsWith($"'{path}", StringComparison.Ordinal), $"{arguments.ToJsonString()}: {text}");
            count++;
        }

        Assert.True(count > 0 || tool == "model_info");
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task Bounds_words_defaults_and_examples_of_a_schema_are_taken(string tool)
    {
        JsonObject schema = SchemaOf(tool);
        await using McpTestServer server = await McpTestServer.StartAsync([CreateTool(tool)]);
        foreach ((string name, JsonNode? node) in Properties(schema))
        {
            var property = (JsonObject)node!;
            JsonNode?[] good = [property["minimum"], property["maximum"], property["default"], .. property["enum"]?.AsArray() ?? [], .. property["examples"]?.AsArray() ?? []];
            foreach (JsonNode? value in good)
            {
                if (value is null)
                {
                    continue;
                }

                JsonObject arguments = Valid(schema);
                arguments[name] = value.DeepClone();
                (_, string text) = await CallAsync(server, tool, arguments);
                Assert.False(text.Contains('\'', StringComparison.Ordinal), $"{arguments.ToJsonString()}: {text}");
            }
        }
    }

    [Theory]
    [InlineData("chat", """{"messages":[{"role":"user","content":"a"}],"maxTokens":0}""", "'maxTokens' must be 1 or more, but is 0.")]
    [InlineData("chat", """{"messages":[{"role":"user","content":"a"}],"max_tokens":0}""", "'max_tokens' must be 1 or more, but is 0.")]
    [InlineData("chat", """{"messages":[{"role":"user","content":"a"}],"max_completion_tokens":0}""", "'max_completion_tokens' must be 1 or more, but is 0.")]
    [InlineData("chat", """{"messages":[{"role":"user","content":"a"}],"maxTokens":1.5}""", "'maxTokens' must be an integer, not a fraction.")]
    [InlineData("chat", """{"messages":[{"role":"user","content":"a"}],"temperature":9}""", "'temperature' must be between 0 and 2, but is 9.")]
    [InlineData("chat", """{"messages":[{"role":"user","content":5}]}""", "'messages[0].content' must be text, or an array of text parts; only a message with calls needs none, not a number.")]
    [InlineData("chat", """{"messages":[]}""", "'messages' must have 1 or more entries, but has 0.")]
    [InlineData("chat", "{}", "'messages' is required: an array (conversation so far, oldest first).")]
    [InlineData("complete", """{"prompt":"a","max_tokens":0}""", "'max_tokens' must be 1 or more, but is 0.")]
    [InlineData("complete", """{"prompt":"a","maxTokens":0}""", "'maxTokens' must be 1 or more, but is 0.")]
    [InlineData("embed", """{"input":["a",""]}""", "'input[1]' must not be empty.")]
    [InlineData("embed", """{"input":["a",5]}""", "'input[1]' must be a string, not a number.")]
    [InlineData("embed", """{"input":[[1],[-1]]}""", "'input[1][0]' must be 0 or more, but is -1.")]
    public async Task The_error_says_what_must_be(string tool, string arguments, string expected)
    {
        await using McpTestServer server = await McpTestServer.StartAsync([CreateTool(tool)]);
        Assert.Equal((true, expected), await CallAsync(server, tool, JsonNode.Parse(arguments)!.AsObject()));
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Every_keyword_of_a_schema_is_one_that_is_checked(string tool)
    {
        string[] known = ["type", "required", "properties", "items", "enum", "anyOf", "minimum", "maximum", "minItems", "maxItems", "minLength", "description", "default", "examples"];
        Expect(SchemaOf(tool));

        void Expect(JsonObject schema)
        {
            foreach ((string keyword, JsonNode? value) in schema)
            {
                Assert.Contains(keyword, known);
                Assert.True(keyword != "minLength" || value!.GetValue<int>() == 1, "only 1 is checked");
            }

            JsonNode?[] below = [schema["items"], .. schema["anyOf"]?.AsArray() ?? [], .. (schema["properties"]?.AsObject() ?? []).Select(property => property.Value)];
            foreach (JsonNode? next in below)
            {
                if (next is JsonObject inner)
                {
                    Expect(inner);
                }
            }
        }
    }

    [Fact]
    public void Embed_promises_as_many_tokens_as_it_takes() =>
        Assert.Contains($"\"maxItems\":{InputTokenizer.MaxTotalTokens},", CreateTool("embed").Definition.InputSchema.GetRawText(), StringComparison.Ordinal);

    private static IMcpTool CreateTool(string name) => ToolTable.Rows.Single(row => row.Name == name).Create(FakeServices.Create());

    private static JsonObject SchemaOf(string tool) => JsonNode.Parse(CreateTool(tool).Definition.InputSchema.GetRawText())!.AsObject();

    private static JsonObject Properties(JsonObject schema) => schema["properties"]!.AsObject();

    private static string[] Required(JsonObject schema) => [.. (schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>())];

    // Every breach of a property of the root, and of the objects in its arrays.
    private static IEnumerable<(JsonObject Arguments, string Path)> Breaches(JsonObject schema)
    {
        foreach (string name in Required(schema))
        {
            JsonObject arguments = Valid(schema);
            arguments.Remove(name);
            yield return (arguments, name + "'");
        }

        foreach ((string name, JsonNode? node) in Properties(schema))
        {
            var property = (JsonObject)node!;
            foreach (JsonNode bad in BadValues(property))
            {
                JsonObject arguments = Valid(schema);
                arguments[name] = bad;
                yield return (arguments, name);
            }

            if (property["items"] is JsonObject items && items["properties"] is JsonObject)
            {
                foreach ((JsonObject element, string path) in Breaches(items))
                {
                    JsonObject arguments = Valid(schema);
                    arguments[name] = new JsonArray(element);
                    yield return (arguments, $"{name}[0].{path}");
                }
            }
        }
    }

    private static IEnumerable<JsonNode> BadValues(JsonObject property)
    {
        string[] types = TypesOf(property);
        (string Type, string Json)[] samples = [("string", "\"a\""), ("number", "0.5"), ("boolean", "true"), ("array", "[]"), ("object", "{}")];
        foreach ((string type, string json) in samples)
        {
            if (!types.Contains(type))
            {
                yield return JsonNode.Parse(json)!;
            }
        }

        if (property["minimum"] is { } minimum)
        {
            yield return JsonValue.Create(minimum.GetValue<int>() - 1);
        }

        if (property["maximum"] is { } maximum)
        {
            yield return JsonValue.Create(maximum.GetValue<int>() + 1);
        }

        if (property["enum"] is not null)
        {
            yield return JsonValue.Create("no such word");
        }

        if (property["minItems"] is not null)
        {
            yield return new JsonArray();
        }

        if (property["maxItems"] is { } most)
        {
            yield return new JsonArray([.. Enumerable.Range(0, most.GetValue<int>() + 1).Select(_ => Sample((JsonObject)property["items"]!))]);
        }

        if (property["minLength"] is not null)
        {
            yield return JsonValue.Create("");
        }
    }

    private static string[] TypesOf(JsonObject schema) => schema["anyOf"] is JsonArray alternatives
        ? [.. alternatives.SelectMany(alternative => TypesOf((JsonObject)alternative!))]
        : schema["type"] is JsonArray types ? [.. types.Select(type => type!.GetValue<string>())] : [schema["type"]!.GetValue<string>()];

    private static JsonObject Valid(JsonObject schema)
    {
        var valid = new JsonObject();
        foreach (string name in Required(schema))
        {
            valid[name] = Sample(Properties(schema)[name]!.AsObject());
        }

        // What no keyword can say: a message needs content, count_tokens one of two.
        if (Properties(schema).ContainsKey("content"))
        {
            valid["content"] = "a";
        }

        return valid;
    }

    private static JsonNode Sample(JsonObject schema) => (schema["enum"]?[0] ?? schema["default"] ?? schema["minimum"])?.DeepClone() ?? TypesOf(schema)[0] switch
    {
        "string" => JsonValue.Create("a"),
        "boolean" => JsonValue.Create(true),
        "array" => new JsonArray(Sample(schema["items"]!.AsObject())),
        "object" when schema["properties"] is not null => Valid(schema),
        "object" => new JsonObject(),
        _ => JsonValue.Create(1),
    };

    // What the tool takes goes on to services that the test has not: that is a bug of ours to the dispatcher, and no error that names a field.
    private static async Task<(bool IsError, string Text)> CallAsync(McpTestServer server, string tool, JsonObject arguments)
    {
        McpTestServer.Answer answer = await server.PostAsync(
            $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments.ToJsonString()}}}}}""");
        Assert.Equal(200, (int)answer.Status);
        if (!answer.Json.TryGetProperty("result", out JsonElement result))
        {
            Assert.Equal("Internal error", answer.Json.GetProperty("error").GetProperty("message").GetString());
            return (false, "");
        }

        bool isError = result.GetProperty("isError").GetBoolean();
        return (isError, isError ? result.GetProperty("content")[0].GetProperty("text").GetString()! : "");
    }
}
