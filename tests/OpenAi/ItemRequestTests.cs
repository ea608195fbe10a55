using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Parameters;
using MistralServe.OpenAi.Responses;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Tests.OpenAi;

/// <summary>Bad requests of the routes whose answers are items or blocks, and of /tokenize: each row is a test.</summary>
public sealed class ItemRequestTests
{
    private const string Function = """{"type":"function","name":"f","parameters":{"type":"object"}}""";

    private static readonly (string Fields, string Code, string Param)[] ResponseFields =
    [
        ("\"input\":5", "invalid_type", "input"),
        ("\"input\":[]", "invalid_value", "input"),
        ("\"input\":[5]", "invalid_type", "input[0]"),
        ("\"input\":[{}]", "missing_required_parameter", "input[0].type"),
        ("\"input\":[{\"type\":\"web_search_call\"}]", "unsupported_value", "input[0].type"),
        ("\"input\":[{\"role\":\"bot\",\"content\":\"a\"}]", "invalid_value", "input[0].role"),
        ("\"input\":[{\"type\":\"message\",\"content\":\"a\"}]", "missing_required_parameter", "input[0].role"),
        ("\"input\":[{\"role\":\"user\"}]", "missing_required_parameter", "input[0].content"),
        ("\"input\":[{\"role\":\"user\",\"content\":[]}]", "invalid_value", "input[0].content"),
        ("\"input\":[{\"role\":\"user\",\"content\":5}]", "invalid_type", "input[0].content"),
        ("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"http://127.0.0.1/\"}]}]", "unsupported_value", "input[0].content[0]"),
        ("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\"}]}]", "unsupported_value", "input[0].content[0]"),
        ("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\"}]}]", "missing_required_parameter", "input[0].content[0].text"),
        ("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"a\"}]}]", "unsupported_value", "input[0].content[0]"),
        ("\"input\":[{\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\"}]", "missing_required_parameter", "input[0].call_id"),
        ("\"input\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"a b\",\"arguments\":\"{}\"}]", "invalid_value", "input[0].name"),
        ("\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\"}]", "missing_required_parameter", "input[0].output"),
        ("\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":5}]", "invalid_type", "input[0].output"),
        ("\"input\":[{\"type\":\"item_reference\"}]", "missing_required_parameter", "input[0].id"),
        ("\"input\":[{\"id\":\"msg_1\"}]", "invalid_value", "input[0].id"),
        ("\"instructions\":5", "invalid_type", "instructions"),
        ("\"previous_response_id\":5", "invalid_type", "previous_response_id"),
        ("\"max_output_tokens\":15", "invalid_value", "max_output_tokens"),
        ("\"max_output_tokens\":\"5\"", "invalid_type", "max_output_tokens"),
        ("\"max_tool_calls\":0", "invalid_value", "max_tool_calls"),
        ("\"tools\":5", "invalid_type", "tools"),
        ("\"tools\":[{}]", "missing_required_parameter", "tools[0].type"),
        ("\"tools\":[{\"type\":\"web_search\"}]", "unsupported_value", "tools[0].type"),
        ("\"tools\":[{\"type\":\"function\"}]", "missing_required_parameter", "tools[0].name"),
        ("\"tools\":[{\"type\":\"function\",\"name\":\"a\\\"b\\n\"}]", "invalid_value", "tools[0].name"),
        ("\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":5}]", "invalid_type", "tools[0].parameters"),
        ($"\"tools\":[{Function},{Function}]", "invalid_value", "tools[1].name"),
        ($"\"tools\":[{string.Join(',', Enumerable.Range(0, 129).Select(i => Function.Replace("\"f\"", $"\"f{i}\"", StringComparison.Ordinal)))}]", "invalid_value", "tools"),
        ($"\"tools\":[{Function.Replace("object", new string('x', 300_000), StringComparison.Ordinal)}]", "invalid_value", "tools"),
        ("\"tool_choice\":\"required\"", "invalid_value", "tool_choice"),
        ("\"tool_choice\":\"any\"", "invalid_value", "tool_choice"),
        ("\"tool_choice\":5", "invalid_type", "tool_choice"),
        ("\"tool_choice\":{\"type\":\"mcp\"}", "unsupported_value", "tool_choice.type"),
        ($"\"tools\":[{Function}],\"tool_choice\":{{\"type\":\"function\",\"name\":\"g\"}}", "invalid_value", "tool_choice"),
        ($"\"tools\":[{Function}],\"tool_choice\":{{\"type\":\"allowed_tools\",\"mode\":\"auto\"}}", "invalid_value", "tool_choice.tools"),
        ("\"parallel_tool_calls\":1", "invalid_type", "parallel_tool_calls"),
        ("\"text\":5", "invalid_type", "text"),
        ("\"text\":{\"verbosity\":\"loud\"}", "invalid_value", "text.verbosity"),
        ("\"text\":{\"format\":{}}", "missing_required_parameter", "text.format.type"),
        ("\"text\":{\"format\":{\"type\":\"xml\"}}", "invalid_value", "text.format.type"),
        ("\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}}", "missing_required_parameter", "text.format.name"),
        ("\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\"}}", "missing_required_parameter", "text.format.schema"),
        ("\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":true}}", "invalid_type", "text.format.schema"),
        ("\"text\":{\"format\":{\"type\":\"json_object\"}},\"grammar\":\"root ::= [a]\"", "invalid_value", "grammar"),
        ("\"response_format\":{\"type\":\"json_object\"}", "unsupported_value", "response_format"),
        ("\"reasoning\":5", "invalid_type", "reasoning"),
        ("\"reasoning\":{\"effort\":\"much\"}", "invalid_value", "reasoning.effort"),
        ("\"include\":5", "invalid_type", "include"),
        ("\"include\":[\"everything\"]", "invalid_value", "include[0]"),
        ("\"top_logprobs\":21", "invalid_value", "top_logprobs"),
        ("\"store\":1", "invalid_type", "store"),
        ("\"background\":1", "invalid_type", "background"),
        ("\"background\":true,\"store\":false", "unsupported_value", "background"),
        ("\"truncation\":\"middle\"", "invalid_value", "truncation"),
        ("\"truncation\":true", "invalid_type", "truncation"),
        ("\"context_management\":[{\"type\":\"compaction\"}]", "unsupported_value", "context_management"),
        ("\"conversation\":\"conv_1\"", "unsupported_value", "conversation"),
        ("\"prompt\":{\"id\":\"p\"}", "unsupported_value", "prompt"),
        ("\"n\":2", "unsupported_value", "n"),
        ("\"echo\":true", "unsupported_value", "echo"),
        ("\"add_special_tokens\":true", "unsupported_value", "add_special_tokens"),
        ("\"temperature\":3", "invalid_value", "temperature"),
        ("\"metadata\":5", "invalid_type", "metadata"),
    ];

    private static readonly (string Fields, string Code, string Param)[] MessageFields =
    [
        ("\"messages\":5", "invalid_type", "messages"),
        ("\"messages\":[]", "invalid_value", "messages"),
        ("\"messages\":[{\"content\":\"a\"}]", "missing_required_parameter", "messages[0].role"),
        ("\"messages\":[{\"role\":\"bot\",\"content\":\"a\"}]", "invalid_value", "messages[0].role"),
        ("\"messages\":[{\"role\":\"user\"}]", "missing_required_parameter", "messages[0].content"),
        ("\"messages\":[{\"role\":\"user\",\"content\":[]}]", "invalid_value", "messages[0].content"),
        ("\"messages\":[{\"role\":\"user\",\"content\":[{}]}]", "missing_required_parameter", "messages[0].content[0].type"),
        ("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"http://127.0.0.1/\"}}]}]", "unsupported_value", "messages[0].content[0]"),
        ("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\"}]}]", "unsupported_value", "messages[0].content[0]"),
        ("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"}]}]", "missing_required_parameter", "messages[0].content[0].tool_use_id"),
        ("\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":5}]}]", "invalid_type", "messages[0].content[0].input"),
        ("\"max_tokens\":0", "invalid_value", "max_tokens"),
        ("\"max_tokens\":\"5\"", "invalid_type", "max_tokens"),
        ("\"max_tokens\":null", "missing_required_parameter", "max_tokens"),
        ("\"system\":5", "invalid_type", "system"),
        ("\"system\":[{\"type\":\"image\"}]", "unsupported_value", "system[0]"),
        ("\"stop_sequences\":[\"\"]", "invalid_value", "stop_sequences[0]"),
        ("\"stop_sequences\":5", "invalid_type", "stop_sequences"),
        ("\"tools\":[{\"name\":\"f\"}]", "missing_required_parameter", "tools[0].input_schema"),
        ("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"f\"}]", "unsupported_value", "tools[0].type"),
        ("\"tool_choice\":{}", "missing_required_parameter", "tool_choice.type"),
        ("\"tool_choice\":{\"type\":\"any\"}", "invalid_value", "tool_choice"),
        ("\"tool_choice\":{\"type\":\"tool\"}", "missing_required_parameter", "tool_choice.name"),
        ("\"tool_choice\":{\"type\":\"some\"}", "invalid_value", "tool_choice.type"),
        ("\"thinking\":{}", "missing_required_parameter", "thinking.type"),
        ("\"thinking\":{\"type\":\"enabled\"}", "missing_required_parameter", "thinking.budget_tokens"),
        ("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":0}", "invalid_value", "thinking.budget_tokens"),
        ("\"thinking\":{\"type\":\"deep\"}", "invalid_value", "thinking.type"),
        ("\"n\":2", "unsupported_value", "n"),
        ("\"echo\":true", "unsupported_value", "echo"),
        ("\"add_special_tokens\":true", "unsupported_value", "add_special_tokens"),
        ("\"container\":\"c\"", "unsupported_value", "container"),
        ("\"mcp_servers\":[{}]", "unsupported_value", "mcp_servers"),
        ("\"temperature\":3", "invalid_value", "temperature"),
        ("\"stream\":1", "invalid_type", "stream"),
    ];

    public static TheoryData<string, string, string?> Responses() =>
        Rows([.. ResponseFields, .. SharedRows(ResponseRequestReader.Names, "n", "response_format", "max_tokens", "store")], """{"input":"a",""", "input");

    public static TheoryData<string, string, string?> Messages() =>
        Rows([.. MessageFields, .. SharedRows(MessagesRequestReader.Names, "n", "max_tokens")], """{"messages":[{"role":"user","content":"a"}],"max_tokens":5,""", "messages", "max_tokens");

    [Fact]
    public async Task Every_bad_response_is_400_with_code_and_param()
    {
        await using RestServer server = await RestServer.StartAsync();
        foreach ((string body, string code, string? param) in Responses().Select(row => row.Data))
        {
            (int status, JsonElement answer) = await ApiServer.PostAsync(server, "/v1/responses", body);
            JsonElement error = answer.GetProperty("error");
            Assert.True((400, code, param) == (status, error.Text("code"), error.GetProperty("param").GetString()), $"{body[..Math.Min(200, body.Length)]}: {status} {answer.GetRawText()}");
        }

        (int missing, JsonElement text) = await ApiServer.PostAsync(server, "/v1/responses", "{}");
        Assert.Equal((400, "input"), (missing, text.GetProperty("error").Text("param")));
        (missing, text) = await ApiServer.PostAsync(server, "/v1/responses", """{"input":"a","previous_response_id":"resp_guess"}""");
        Assert.Equal((404, "previous_response_not_found"), (missing, text.GetProperty("error").Text("code")));
    }

    [Fact]
    public async Task Every_bad_message_is_400_and_names_the_field()
    {
        await using RestServer server = await RestServer.StartAsync();
        foreach ((string body, string code, string? param) in Messages().Select(row => row.Data))
        {
            // Anthropic's error object has no place for code and param, so both are looked at below it, and the sentence here.
            using JsonDocument document = JsonDocument.Parse(body);
            var read = MessagesRequestReader.Read(document.RootElement, needsMaxTokens: true);
            MistralServe.OpenAi.ApiError? error = read.Error ?? MessagesRequestValidator.Validate(read.Value!, "", 100).Error;
            Assert.True((code, param) == (error?.Code, error?.Param), $"{body}: {error}");
            (int status, JsonElement answer) = await ApiServer.PostAsync(server, "/v1/messages", body);
            Assert.Equal((400, "invalid_request_error"), (status, answer.GetProperty("error").Type()));
            Assert.Contains(param!, answer.GetProperty("error").Text("message"), StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, string, string, string> Texts => new()
    {
        { "/tokenize", "{}", "missing_required_parameter", "content" },
        { "/tokenize", """{"content":5}""", "invalid_type", "content" },
        { "/tokenize", """{"content":"a","add_special":1}""", "invalid_type", "add_special" },
        { "/tokenize", """{"content":"a","parse_special":1}""", "invalid_type", "parse_special" },
        { "/tokenize", """{"content":"a","with_pieces":1}""", "invalid_type", "with_pieces" },
        { "/detokenize", "{}", "missing_required_parameter", "tokens" },
        { "/detokenize", """{"tokens":"a"}""", "invalid_type", "tokens" },
        { "/detokenize", """{"tokens":[1.5]}""", "invalid_type", "tokens[0]" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Every_bad_text_or_token_is_400(string path, string body, string code, string param)
    {
        await using RestServer server = await RestServer.StartAsync();
        (int status, JsonElement answer) = await ApiServer.PostAsync(server, path, body);
        Assert.Equal((400, code, param), (status, answer.GetProperty("error").Text("code"), answer.GetProperty("error").Text("param")));
    }

    [Fact]
    public async Task A_text_that_is_too_long_to_split_is_400()
    {
        await using RestServer server = await RestServer.StartAsync();
        (int status, JsonElement answer) = await ApiServer.PostAsync(server, "/tokenize", $$"""{"content":"{{new string('a', TokenRequestReader.MaxTextBytes + 1)}}"}""");
        Assert.Equal((400, "content"), (status, answer.GetProperty("error").Text("param")));
    }

    // Rows of the shared fields, but for those that mean something else here.
    private static IEnumerable<(string Fields, string Code, string Param)> SharedRows(FrozenSet<string> names, params string[] except) =>
        BadRequestTests.SharedFields.Where(row => FieldsOf(row.Fields).All(name => names.Contains(name) && !except.Contains(name)));

    private static IEnumerable<string> FieldsOf(string fields)
    {
        using JsonDocument document = JsonDocument.Parse($"{{{fields}}}");
        return [.. document.RootElement.EnumerateObject().Select(property => property.Name)];
    }

    // A row that is about a field of the base request stands in its place.
    private static TheoryData<string, string, string?> Rows((string Fields, string Code, string Param)[] fields, string start, params string[] own)
    {
        var rows = new TheoryData<string, string, string?>();
        foreach ((string field, string code, string param) in fields)
        {
            string first = own.FirstOrDefault(name => field.StartsWith($"\"{name}\":", StringComparison.Ordinal)) ?? "";
            string rest = first switch
            {
                "input" => "{",
                "messages" => """{"max_tokens":5,""",
                "max_tokens" => """{"messages":[{"role":"user","content":"a"}],""",
                _ => start,
            };
            rows.Add($"{rest}{field}}}", code, param);
        }

        return rows;
    }
}
