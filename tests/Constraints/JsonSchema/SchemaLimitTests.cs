using System.Diagnostics;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.JsonSchema;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>What is refused, with keyword and path, and how fast; what large schemas cost.</summary>
[Collection("native")]
public sealed class SchemaLimitTests
{
    // Rows: schema, what the message must contain.
    public static TheoryData<string, string> Refused => new()
    {
        { "false", "no value" },
        { """{"type":"integer","minimum":5,"maximum":4}""", "no value" },
        { """{"type":"object","properties":{"a":{"type":"string","minLength":3,"maxLength":2}},"required":["a"]}""", "#/properties/a" },
        { """{"type":"string","pattern":"^a$","minLength":2}""", "no value" },
        { """{"allOf":[{"type":"string"},{"type":"integer"}]}""", "no value" },
        { """{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "no value" },
        { """{"enum":[]}""", "no value" },
        { """{"$ref":"#"}""", "refers to itself" },
        { """{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}}}""", "refers to itself" },
        { """{"properties":{"x":{"$ref":"#/$defs/no"}}}""", "$ref at #/properties/x" },
        { """{"properties":{"x":{"$ref":"https://example.com/s.json"}}}""", "$ref at #/properties/x" },
        { """{"$ref":"#nowhere"}""", "no anchor" },
        { """{"type":"strin"}""", "keyword type at #" },
        { """{"properties":{"a":{"minLength":"5"}}}""", "minLength at #/properties/a" },
        { """{"properties":{"a":{"minLength":-1}}}""", "minLength at #/properties/a" },
        { """{"properties":[]}""", "properties at #" },
        { """{"anyOf":{}}""", "anyOf at #" },
        { """{"required":true}""", "required at #" },
        { "[]", "object, true or false" },
        { """{"type":"array","uniqueItems":true}""", "uniqueItems at #" },
        { """{"properties":{"a/b":{"type":"array","items":{"uniqueItems":true}}}}""", "uniqueItems at #/properties/a~1b/items" },
        { """{"type":"object","minProperties":2}""", "minProperties at #" },
        { """{"type":"integer","multipleOf":7919}""", "multipleOf at #" },
        { """{"type":"string","pattern":"(a)\\1"}""", "pattern at #" },
        { """{"type":"string","pattern":"^+[a-z]$"}""", "pattern at #" },
        { """{"type":"string","format":"regex"}""", "format at #" },
        { """{"type":"object","not":{"additionalProperties":{"type":"integer"}}}""", "additionalProperties at #/not" },
        { """{"type":"array","prefixItems":[{}],"contains":{"const":1}}""", "contains at #" },
        { """{"type":"string","minLength":1000000}""", "minLength at #" },
        { """{"type":"array","minItems":1000000}""", "minItems at #" },
        { """{"type":"array","minItems":5000,"items":{"type":"string","minLength":100}}""", "shortest answer" },
        { """{"properties":{"a":{"const":"\ud800"}}}""", "surrogate" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_enforced_is_named_with_its_path(string schema, string message)
    {
        GrammarBuildResult result = Build(schema, limits: new ConstraintLimits { MaxTextBytes = 100_000 });
        Assert.Equal(EngineFailureCode.InvalidSchema, result.Failure?.Code);
        Assert.Equal("response_format", result.Failure?.Param);
        Assert.Contains(message, result.Failure?.Message);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", null)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""", "required at #")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", "additionalProperties at #")]
    [InlineData("""{"type":"array"}""", "root")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{}}},"required":["a"],"additionalProperties":false}""", "additionalProperties at #/properties/a")]
    [InlineData("""{"type":"object","properties":{"a":{"not":{}}},"required":["a"],"additionalProperties":false}""", "not at #/properties/a")]
    public void Strict_schemas_lie_in_the_subset_of_OpenAI(string schema, string? message)
    {
        GrammarBuildResult result = Build(schema, strict: true);
        Assert.Equal(message is null, result.Failure is null);
        Assert.Contains(message ?? "", result.Failure?.Message ?? "");
    }

    [Fact]
    public void Lenient_schemas_drop_and_report()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"array","uniqueItems":true},"b":{"type":"string","pattern":"(?=x)y"},"c":{"not":{"propertyNames":{"const":"x"}}}},"required":["a"]}""";
        (GrammarBuildResult result, IReadOnlyList<SchemaProblem> dropped) = JsonGrammarBuilder.BuildLenient(Parse(Schema), "tools", new ConstraintLimits());
        Assert.Null(result.Failure);
        Assert.Contains(dropped, problem => problem is { Keyword: "uniqueItems", Path: "#/properties/a" });
        Assert.Contains(dropped, problem => problem is { Keyword: "propertyNames", Path: "#/properties/c/not" });
    }

    [Fact]
    public void Any_object_is_a_schema_of_its_own()
    {
        GrammarBuildResult result = new JsonGrammarBuilder().Build(new OutputFormat(OutputFormatKind.JsonObject, "response_format"), new ConstraintLimits());
        Assert.Null(result.Failure);
        Assert.NotNull(result.Root);
        SchemaHarness harness = SchemaHarness.Compile("""{"type":"object"}""");
        Assert.True(harness.AcceptsText("{\"a\": [1, {\"b\":null}]}"));
        Assert.False(harness.AcceptsText("[]"));
    }

    public static TheoryData<string, string, bool> Hostile()
    {
        string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
        string List(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));
        return new TheoryData<string, string, bool>
        {
            { "20,000 levels", Repeat("{\"items\":", 20_000) + "{}" + Repeat("}", 20_000), false },
            { "20,000 levels of a constant", "{\"const\":" + Repeat("[", 20_000) + Repeat("]", 20_000) + "}", false },
            { "5,000 optional properties", "{\"type\":\"object\",\"properties\":{" + List(5_000, i => $"\"property{i}\":{{\"type\":\"string\"}}") + "}}", true },
            { "5,000 required properties", "{\"type\":\"object\",\"properties\":{" + List(5_000, i => $"\"p{i}\":{{\"type\":\"integer\"}}") + "},\"required\":[" + List(5_000, i => $"\"p{i}\"") + "],\"additionalProperties\":false}", true },
            { "5,001 properties", "{\"properties\":{" + List(5_001, i => $"\"p{i}\":true") + "}}", false },
            { "enum of 50,000", "{\"enum\":[" + List(50_000, i => $"\"value number {i * 7919}\"") + "]}", true },
            { "enum of 50,000 numbers", "{\"enum\":[" + List(50_000, i => $"{i}") + "]}", true },
            { "enum of 70,000", "{\"enum\":[" + List(70_000, i => $"{i}") + "]}", false },
            { "anyOf of 20,000 constants", "{\"anyOf\":[" + List(20_000, i => $"{{\"const\":{i}}}") + "]}", false },
            { "anyOf of 1,000 constants", "{\"anyOf\":[" + List(1_000, i => $"{{\"const\":\"c{i}\"}}") + "]}", true },
            { "allOf of 30 anyOf of 10", "{\"type\":\"object\",\"allOf\":[" + List(30, i => "{\"anyOf\":[" + List(10, j => $"{{\"required\":[\"a{i}_{j}\"]}}") + "]}") + "]}", false },
            { "oneOf of 500 objects", "{\"oneOf\":[" + List(500, i => $"{{\"type\":\"object\",\"properties\":{{\"a{i}\":{{}}}}}}") + "]}", false },
            { "not of not, 60 levels", Repeat("{\"not\":", 60) + "{\"type\":\"integer\"}" + Repeat("}", 60), true },
            { "2,000 definitions in a chain", "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + List(2_000, i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}") + ",\"d2000\":{}}}", false },
            { "2,000 definitions nested by reference", "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + List(2_000, i => $"\"d{i}\":{{\"type\":\"array\",\"items\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}") + ",\"d2000\":{}}}", true },
            { "places that double", "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + List(40, i => $"\"d{i}\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{i + 1}\"}},\"b\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}}}") + ",\"d40\":{}}}", true },
            { "pattern of 50,000 groups", "{\"type\":\"string\",\"pattern\":\"" + Repeat("(", 50_000) + Repeat(")", 50_000) + "\"}", false },
            { "pattern of nested counts", "{\"type\":\"string\",\"pattern\":\"^(((a{1,99}b?){1,99}c?){1,99}){1,99}$\",\"minLength\":3}", false },
            { "pattern of nested counts that alone are small", "{\"type\":\"string\",\"pattern\":\"^(((a{1,30}b?){1,30}c?){1,30}d?){1,30}$\"}", false },
            { "200 hard patterns", "{\"type\":\"object\",\"properties\":{" + List(200, i => $"\"p{i}\":{{\"type\":\"string\",\"pattern\":\"^(a|b)*a(a|b){{1{i % 5}}}c{i}$\"}}") + "}}", false },
            { "200 hard patterns under allOf", "{\"type\":\"string\",\"allOf\":[" + List(200, i => $"{{\"pattern\":\"(a|b)*a(a|b){{1{i % 5}}}c{i}\"}}") + "]}", false },
            { "200 hard names", "{\"type\":\"object\",\"patternProperties\":{" + List(200, i => $"\"^(a|b)*a(a|b){{1{i % 5}}}c{i}$\":{{\"type\":\"integer\"}}") + "},\"additionalProperties\":false}", false },
            { "maxItems 1,000,000,000", "{\"type\":\"array\",\"maxItems\":1000000000}", true },
            { "maxLength 65,536", "{\"type\":\"string\",\"pattern\":\"^[a-z0-9-]+$\",\"maxLength\":65536}", true },
            { "1,000 prefix items", "{\"type\":\"array\",\"prefixItems\":[" + List(1_000, _ => "{\"type\":\"null\"}") + "]}", true },
            { "bounds of 300 digits", "{\"type\":\"number\",\"minimum\":" + Repeat("1", 300) + ",\"maximum\":" + Repeat("2", 300) + "}", false },
            { "6 MB", "{\"title\":\"" + Repeat("a", 6_000_000) + "\"}", false },
        };
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Large_schemas_work_or_are_refused_within_a_second(string name, string schema, bool works)
    {
        SchemaHarness.Compile("{}");
        JsonElement json = Parse(schema);
        long start = Stopwatch.GetTimestamp();
        SchemaHarness harness = SchemaHarness.Compile(json, ConstraintAssert.Shared);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {time.TotalMilliseconds:0} ms, {harness.Problem}");
        Assert.Equal(works, harness.Problem is null);
        Assert.True(time < TimeSpan.FromSeconds(1), $"{name} took {time}");
    }

    private static JsonElement Parse(string schema) => JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 100_000 }).RootElement;

    private static GrammarBuildResult Build(string schema, bool strict = false, ConstraintLimits? limits = null) => new JsonGrammarBuilder().Build(
        new OutputFormat(OutputFormatKind.JsonSchema, "response_format") { Schema = Parse(schema), Strict = strict }, limits ?? new ConstraintLimits());
}
