using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>Log probabilities, echo, several prompts and output formats over a scripted model: tokens are bytes.</summary>
public sealed class CompletionDetailsTests
{
    private static readonly double Likely = 10 - Math.Log(Math.Exp(10) + 256);

    [Fact]
    public async Task Legacy_log_probabilities_are_four_parallel_arrays()
    {
        await using RestServer server = await StartAsync("Hé!");
        JsonElement choice = (await PostAsync(server, """{"prompt":"abc","temperature":0,"logprobs":2}""")).GetProperty("choices")[0];
        JsonElement details = choice.GetProperty("logprobs");
        Assert.Equal(["H", "bytes:\\xc3", "bytes:\\xa9", "!"], Strings(details, "tokens"));
        Assert.All(details.GetProperty("token_logprobs").EnumerateArray(), value => Assert.Equal(Likely, value.GetDouble(), 1e-5));
        Assert.Equal([0, 1, 2, 2], details.GetProperty("text_offset").EnumerateArray().Select(value => value.GetInt32()));
        Assert.All(details.GetProperty("top_logprobs").EnumerateArray(), map => Assert.Equal(2, map.EnumerateObject().Count()));
        Assert.Equal(Likely, details.GetProperty("top_logprobs")[0].GetProperty("H").GetDouble(), 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Echo_with_log_probabilities_scores_the_prompt(int maxTokens)
    {
        // Each token is followed by the next letter; the 'x' is unlikely.
        await using RestServer server = await RestServer.StartAsync(runner: new ScriptedRunner(tokens => tokens[^1] + 1) { Score = 10 });
        JsonElement choice = (await PostAsync(
            server, $$"""{"prompt":"abcx","temperature":0,"logprobs":0,"echo":true,"max_tokens":{{maxTokens}}}""")).GetProperty("choices")[0];
        Assert.Equal("abcxyz"[..(4 + maxTokens)], choice.GetProperty("text").GetString());
        JsonElement details = choice.GetProperty("logprobs");
        double?[] scores = [.. details.GetProperty("token_logprobs").EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? (double?)null : value.GetDouble())];
        Assert.Null(scores[0]);
        Assert.Equal(4 + maxTokens, scores.Length);
        Assert.Equal(Likely, scores[1]!.Value, 1e-5);
        Assert.Equal(Likely - 10, scores[3]!.Value, 1e-5);
        Assert.Equal(JsonValueKind.Null, details.GetProperty("top_logprobs")[0].ValueKind);
        Assert.Equal(Enumerable.Range(0, 4 + maxTokens), details.GetProperty("text_offset").EnumerateArray().Select(value => value.GetInt32()));
    }

    [Theory]
    [InlineData("\"logprobs\":1,\"echo\":true")]
    [InlineData("\"logprobs\":1")]
    [InlineData("\"echo\":true")]
    [InlineData("\"n_probs\":3,\"return_tokens\":true,\"timings_per_token\":true")]
    public async Task A_stream_joined_is_the_answer(string fields)
    {
        await using RestServer server = await StartAsync("one two");
        JsonElement whole = (await PostAsync(server, $$"""{"prompt":"abc","temperature":0,"stop":"two",{{fields}}}""")).GetProperty("choices")[0];
        List<JsonElement> chunks = await StreamAsync(server, $$"""{"prompt":"abc","temperature":0,"stop":"two","stream":true,{{fields}}}""");
        List<JsonElement> choices = [.. chunks.Select(chunk => chunk.GetProperty("choices")[0])];
        Assert.Equal(whole.GetProperty("text").GetString(), string.Concat(choices.Select(choice => choice.GetProperty("text").GetString())));
        if (whole.GetProperty("logprobs").ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty array in whole.GetProperty("logprobs").EnumerateObject())
            {
                IEnumerable<JsonElement> joined = choices.Select(choice => choice.GetProperty("logprobs"))
                    .Where(details => details.ValueKind == JsonValueKind.Object).SelectMany(details => details.GetProperty(array.Name).EnumerateArray());
                Assert.Equal(array.Value.EnumerateArray().Select(value => value.GetRawText()), joined.Select(value => value.GetRawText()));
            }
        }

        if (whole.TryGetProperty("tokens", out JsonElement tokens))
        {
            Assert.Equal("one "u8.ToArray().Select(b => (int)b), tokens.EnumerateArray().Select(token => token.GetInt32()));
            Assert.Equal(4, choices.SelectMany(choice => choice.GetProperty("tokens").EnumerateArray()).Count());
            Assert.All(chunks, chunk => Assert.Equal(3, chunk.GetProperty("timings").GetProperty("prompt_n").GetInt32() + chunk.GetProperty("timings").GetProperty("cache_n").GetInt32()));
        }
    }

    [Fact]
    public async Task Several_prompts_are_answered_in_order_and_counted()
    {
        // The answer repeats the last character of the prompt.
        await using RestServer server = await RestServer.StartAsync(runner: new ScriptedRunner(tokens => tokens.Count < 8 ? tokens[2] : ScriptedRunner.EndOfGeneration));
        const string Body = """{"prompt":["abc","xyz","123"],"temperature":0,"n":2,"echo":true""";
        JsonElement answer = await PostAsync(server, Body + "}");
        string[] expected = ["abcccccc", "abcccccc", "xyzzzzzz", "xyzzzzzz", "12333333", "12333333"];
        Assert.Equal(expected, answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(Enumerable.Range(0, 6), answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal((9, 36), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));

        List<JsonElement> chunks = await StreamAsync(server, Body + ""","stream":true}""");
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.Equal(expected[index], string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0])
                .Where(choice => choice.GetProperty("index").GetInt32() == index).Select(choice => choice.GetProperty("text").GetString())));
        }
    }

    [Fact]
    public async Task A_prompt_of_several_that_cannot_start_fails_the_request()
    {
        await using RestServer server = await StartAsync("x");
        using HttpResponseMessage answer = await SendAsync(server, """{"prompt":[[97],[97,300]]}""");
        await ErrorAssert.IsErrorAsync(answer, 400, "invalid_value", "prompt[1]");
        for (int i = 0; server.ActiveCount > 0; i++)
        {
            Assert.True(i < 5000, "the first prompt is still active");
            await Task.Delay(1);
        }
    }

    [Fact]
    public async Task Suffix_needs_fill_in_the_middle_tokens()
    {
        await using RestServer server = await StartAsync("x");
        using HttpResponseMessage answer = await SendAsync(server, """{"prompt":"a","suffix":"b"}""");
        await ErrorAssert.IsErrorAsync(answer, 400, "unsupported_value", "suffix");
    }

    [Fact]
    public async Task Formats_are_compiled_and_hold_the_answer()
    {
        var compiler = new FakeCompiler();
        await using RestServer server = await RestServer.StartAsync(runner: new ScriptedRunner(_ => 'x'), constraints: compiler);
        foreach ((string fields, OutputFormatKind kind, string param) in ((string, OutputFormatKind, string)[])
        [
            ("\"response_format\":{\"type\":\"json_object\"}", OutputFormatKind.JsonObject, "response_format"),
            ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":\"string\"},\"strict\":true}}", OutputFormatKind.JsonSchema, "response_format"),
            ("\"json_schema\":{\"type\":\"string\"}", OutputFormatKind.JsonSchema, "json_schema"),
            ("\"grammar\":\"root ::= [a-z]\"", OutputFormatKind.Grammar, "grammar"),
            ("\"regex\":\"a+\"", OutputFormatKind.Regex, "regex"),
            ("\"structured_outputs\":{\"choice\":[\"a\",\"b\"]}", OutputFormatKind.Choice, "structured_outputs"),
            ("\"structured_outputs\":{\"json\":\"{}\"}", OutputFormatKind.JsonSchema, "structured_outputs"),
            ("\"guided_json\":{\"type\":\"string\"}", OutputFormatKind.JsonSchema, "guided_json"),
            ("\"guided_choice\":[\"a\"]", OutputFormatKind.Choice, "guided_choice"),
            ("\"guided_regex\":\"a\"", OutputFormatKind.Regex, "guided_regex"),
            ("\"guided_grammar\":\"root ::= [a-z]\"", OutputFormatKind.Grammar, "guided_grammar"),
        ])
        {
            JsonElement answer = await PostAsync(server, $$"""{"prompt":"abc","temperature":0,{{fields}}}""");
            Assert.Equal("ab", answer.GetProperty("choices")[0].GetProperty("text").GetString());
            Assert.Equal((kind, param), (compiler.Last!.Kind, compiler.Last.Param));
        }

        compiler.Failure = new EngineFailure(EngineFailureCode.InvalidGrammar, "'regex' is none.", "regex");
        using HttpResponseMessage refused = await SendAsync(server, """{"prompt":"abc","regex":"("}""");
        await ErrorAssert.IsErrorAsync(refused, 400, "invalid_grammar", "regex");
    }

    [Fact]
    public async Task Progress_of_the_prompt_comes_in_chunks_without_choices()
    {
        await using RestServer server = await RestServer.StartAsync(runner: new ScriptedRunner(_ => ScriptedRunner.EndOfGeneration, batchSize: 64));
        List<JsonElement> chunks = await StreamAsync(
            server, $$$"""{"prompt":"{{{new string('a', 200)}}}","stream":true,"return_progress":true,"stream_options":{"include_usage":true}}""");
        List<JsonElement> progress = [.. chunks.Where(chunk => chunk.TryGetProperty("prompt_progress", out _))];
        Assert.All(progress, chunk => Assert.Equal(0, chunk.GetProperty("choices").GetArrayLength()));
        Assert.All(progress, chunk => Assert.Equal(200, chunk.GetProperty("prompt_progress").GetProperty("total").GetInt32()));
        int[] processed = [.. progress.Select(chunk => chunk.GetProperty("prompt_progress").GetProperty("processed").GetInt32())];
        Assert.True(processed.Length > 1, $"{processed.Length}");
        Assert.Equal(processed.Order(), processed);
    }

    [Theory]
    [InlineData("\"n_predict\":3", "Hel", "length")]
    [InlineData("\"n_predict\":-1", "Hello, long enough for sixteen", "stop")]
    [InlineData("\"n_predict\":3,\"max_tokens\":2", "He", "length")]
    [InlineData("\"stop\":\"lo\",\"include_stop_str_in_output\":true", "Hello", "stop")]
    [InlineData("\"stop_token_ids\":[44]", "Hello", "stop")]
    [InlineData("\"bad_words\":[\"e\"],\"max_tokens\":2", "H\0", "length")]
    [InlineData("\"allowed_token_ids\":[72,44],\"max_tokens\":4", "H,,,", "length")]
    public async Task Vendor_fields_are_honoured(string fields, string text, string reason)
    {
        await using RestServer server = await StartAsync("Hello, long enough for sixteen");
        JsonElement choice = (await PostAsync(server, $$"""{"prompt":"abc","temperature":0,{{fields}}}""")).GetProperty("choices")[0];
        Assert.Equal((text, reason), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
    }

    private static IEnumerable<string> Strings(JsonElement parent, string name) => parent.GetProperty(name).EnumerateArray().Select(value => value.GetString()!);

    private static Task<RestServer> StartAsync(string answer) =>
        RestServer.StartAsync(runner: new ScriptedRunner(tokens =>
            tokens.Count < 3 ? 'p' : tokens.Count - 3 < Encoding.UTF8.GetByteCount(answer) ? Encoding.UTF8.GetBytes(answer)[tokens.Count - 3] : ScriptedRunner.EndOfGeneration) { Score = 10 });

    private static async Task<JsonElement> PostAsync(RestServer server, string body)
    {
        using HttpResponseMessage answer = await SendAsync(server, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static async Task<List<JsonElement>> StreamAsync(RestServer server, string body)
    {
        using HttpResponseMessage answer = await SendAsync(server, body);
        string text = await answer.Content.ReadAsStringAsync();
        string[] events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(item => JsonDocument.Parse(item["data: ".Length..]).RootElement)];
    }

    private static Task<HttpResponseMessage> SendAsync(RestServer server, string body) => server.PostAsync("/v1/completions", body);

    // "a", then "b", whatever the format says.
    private sealed class FakeCompiler : IConstraintCompiler
    {
        public OutputFormat? Last { get; private set; }

        public EngineFailure? Failure { get; set; }

        public ValueTask<(ITokenConstraintFactory? Constraint, EngineFailure? Failure)> CompileAsync(
            OutputFormat format, IVocabulary vocabulary, int contextLength, CancellationToken cancellationToken)
        {
            Last = format;
            return ValueTask.FromResult<(ITokenConstraintFactory?, EngineFailure?)>(
                Failure is { } failure ? (null, failure) : (new ScriptedConstraint(text => text.Length switch { 0 => "a", 1 => "b", _ => "$" }), null));
        }
    }
}
