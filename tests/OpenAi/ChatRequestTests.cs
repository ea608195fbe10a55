using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Tests.OpenAi;

public sealed class ChatRequestTests
{
    [Fact]
    public void Every_field_reaches_the_generation()
    {
        ChatGeneration generation = Parse(
            """
            {"model":"any","messages":[{"role":"developer","content":"a"},{"role":"user","content":"b","name":"x"}],
             "max_tokens":1,"max_completion_tokens":32.0,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,
             "frequency_penalty":-1,"presence_penalty":1.5,"repetition_penalty":1.1,"repeat_last_n":-1,
             "stop":["x","yy"],"seed":-9007199254740991,"ignore_eos":true,"n":8,"cache_prompt":false,
             "speculative":false,"user":"me","store":true}
            """);
        Assert.Equal([new ChatMessage("system", "a"), new ChatMessage("user", "b") { Name = "x" }], generation.Messages);
        Assert.Equal(32, generation.MaxTokens);
        Assert.Equal(0.5f, generation.Sampling.Temperature);
        Assert.Equal(0.9f, generation.Sampling.TopP);
        Assert.Equal(40, generation.Sampling.TopK);
        Assert.Equal(0.05f, generation.Sampling.MinP);
        Assert.Equal(-1, generation.Sampling.FrequencyPenalty);
        Assert.Equal(1.5f, generation.Sampling.PresencePenalty);
        Assert.Equal(1.1f, generation.Sampling.RepetitionPenalty);
        Assert.Equal(-1, generation.Sampling.RepetitionWindow);
        Assert.Equal(["x", "yy"], generation.StopStrings);
        Assert.Equal(-9007199254740991, generation.Sampling.Seed);
        Assert.True(generation.IgnoreEndOfGeneration);
        Assert.Equal(8, generation.Choices);
        Assert.False(generation.ScoreChoices);
        Assert.False(generation.CachePrompt);
        Assert.False(generation.Speculate);
        Assert.Equal("key-1", generation.Principal);
    }

    [Fact]
    public void Every_sampler_field_reaches_the_options()
    {
        Inference.Sampling.SamplingOptions options = Parse(Request(
            """
            "typical_p":0.5,"top_n_sigma":1.5,"xtc_probability":0.25,"xtc_threshold":0.2,"dynatemp_range":0.5,"dynatemp_exponent":2,
            "mirostat":2,"mirostat_tau":3,"mirostat_eta":0.5,"dry_multiplier":0.8,"dry_base":2,"dry_allowed_length":3,"dry_penalty_last_n":64
            """)).Sampling;
        var expected = new Inference.Sampling.SamplingOptions
        {
            TypicalP = 0.5f, TopNSigma = 1.5f, XtcProbability = 0.25f, XtcThreshold = 0.2f, DynamicTemperatureRange = 0.5f,
            DynamicTemperatureExponent = 2, Mirostat = true, MirostatTau = 3, MirostatEta = 0.5f, DryMultiplier = 0.8f, DryBase = 2,
            DryAllowedLength = 3, DryWindow = 64,
        };
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("""{"5":-100,"99":1.5,"foo":0,"1000":0.0,"7":false}""")]
    [InlineData("""[[5,-100],[99,1.5],["foo",0],[1000,0],[7,false]]""")]
    public void A_logit_bias_is_a_map_or_a_list_of_pairs(string value) => Assert.Equal(
        new Dictionary<int, float> { [5] = -100, [99] = 1.5f, [7] = float.NegativeInfinity },
        Parse(Request($"\"logit_bias\":{value}")).Sampling.LogitBias);

    [Fact]
    public void A_logit_bias_holds_1024_tokens() =>
        Assert.Empty(Parse(Request($$"""
            "logit_bias":{{{string.Join(',', Enumerable.Range(0, 1024).Select(id => $"\"{id}\":0"))}}}
            """)).Sampling.LogitBias);

    [Fact]
    public void Without_a_vocabulary_no_token_can_be_named()
    {
        using JsonDocument document = JsonDocument.Parse(Request("\"logit_bias\":{\"0\":1}"));
        ChatCompletionRequest request = ChatRequestReader.Read(document.RootElement, ChatRequestDialect.McpArguments).Value!;
        Assert.Equal("logit_bias.0", ChatRequestValidator.Validate(request, "").Error!.Param);
    }

    [Fact]
    public void Null_means_absent_and_values_that_ask_for_nothing_pass()
    {
        ChatGeneration generation = Parse(
            """
            {"messages":[{"role":"user","content":""}],"model":null,"max_tokens":null,"temperature":null,"top_p":null,
             "stop":null,"seed":null,"stream":null,"stream_options":null,"n":1,"logprobs":false,"top_logprobs":0,
             "logit_bias":{"foo":0},"tools":[],"tool_choice":"auto","response_format":{"type":"text"},"modalities":["text"],
             "audio":{"format":"wav"},"grammar":"","json_schema":null,"chat_template":null}
            """);
        Assert.Equal(new Inference.Sampling.SamplingOptions(), generation.Sampling);
        Assert.Null(generation.MaxTokens);
        Assert.Empty(generation.StopStrings);
        Assert.Equal(1, generation.Choices);
        Assert.True(generation.CachePrompt);
        Assert.True(generation.Speculate);
    }

    [Theory]
    [InlineData("developer", "system")]
    [InlineData("system", "system")]
    [InlineData("user", "user")]
    [InlineData("assistant", "assistant")]
    [InlineData("tool", "tool")]
    [InlineData("function", "tool")]
    public void Text_parts_are_taken_in_every_role(string role, string templateRole)
    {
        ChatGeneration generation = Parse(
            $$"""{"messages":[{"role":"{{role}}","name":"n","tool_call_id":"c","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""");
        Assert.Equal([new ChatMessage(templateRole, "a\nb") { Name = "n", ToolCallId = "c" }], generation.Messages);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("32.0", 32)]
    [InlineData("3.2e1", 32)]
    [InlineData("9007199254740993", int.MaxValue)]
    [InlineData("1e300", int.MaxValue)]
    public void A_token_limit_is_any_whole_number_from_0(string number, int expected) =>
        Assert.Equal(expected, Parse($$"""{"messages":[{"role":"user","content":"a"}],"max_tokens":{{number}}}""").MaxTokens);

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9007199254740993.0", 9007199254740993)]
    public void Seeds_keep_all_64_bits(string number, long expected) =>
        Assert.Equal(expected, Parse($$"""{"messages":[{"role":"user","content":"a"}],"seed":{{number}}}""").Sampling.Seed);

    [Theory]
    [InlineData("\"speculative\":true", true)]
    [InlineData("\"speculative.n_max\":16", true)]
    [InlineData("\"speculative.n_max\":0", false)]
    [InlineData("\"speculative\":true,\"speculative.n_max\":0", false)]
    [InlineData("\"speculative\":false,\"speculative.n_max\":16", false)]
    public void Speculation_is_off_when_either_name_says_so(string field, bool expected) =>
        Assert.Equal(expected, Parse(Request(field)).Speculate);

    [Fact]
    public void Top_k_minus_1_is_off() =>
        Assert.Equal(0, Parse("""{"messages":[{"role":"user","content":"a"}],"top_k":-1}""").Sampling.TopK);

    [Fact]
    public void Surrogate_pairs_and_emoji_arrive_whole() =>
        Assert.Equal("\U0001F600\U0001F600", Parse("""{"messages":[{"role":"user","content":"\ud83d\ude00😀"}]}""").Messages[0].Content);

    [Theory]
    [InlineData("\"maxTokens\":5", 5)]
    [InlineData("\"max_tokens\":5", 5)]
    [InlineData("\"max_completion_tokens\":5", 5)]
    [InlineData("\"maxTokens\":5,\"max_tokens\":5.0,\"max_completion_tokens\":5", 5)]
    [InlineData("\"stream\":false", null)]
    public void The_tool_takes_three_names_of_the_token_limit(string field, int? expected) =>
        Assert.Equal(expected, ParseOrError(Request(field), ChatRequestDialect.McpArguments).Value!.MaxTokens);

    [Fact]
    public void Different_values_under_the_tools_three_names_are_an_error_that_names_them()
    {
        ApiError error = ParseOrError(Request("\"maxTokens\":5,\"max_tokens\":6"), ChatRequestDialect.McpArguments).Error!;
        Assert.Contains("maxTokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("max_tokens", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("max_completion_tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_maxTokens_is_named_as_the_caller_wrote_it() =>
        Assert.Equal("maxTokens", ParseOrError(Request("\"maxTokens\":-5"), ChatRequestDialect.McpArguments).Error!.Param);

    [Fact]
    public void REST_does_not_know_maxTokens() => Assert.Null(Parse(Request("\"maxTokens\":5")).MaxTokens);

    [Fact]
    public void Stream_and_usage_are_read()
    {
        using JsonDocument document = JsonDocument.Parse(Request("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":1}"));
        ChatCompletionRequest request = ChatRequestReader.Read(document.RootElement, ChatRequestDialect.OpenAi).Value!;
        Assert.True(request.Stream);
        Assert.True(request.StreamOptions!.IncludeUsage);
    }

    private static string Request(string field) => $$"""{"messages":[{"role":"user","content":"a"}],{{field}}}""";

    private static ChatGeneration Parse(string json)
    {
        RequestResult<ChatGeneration> result = ParseOrError(json, ChatRequestDialect.OpenAi);
        Assert.True(result.Succeeded, result.Error?.Message);
        return result.Value;
    }

    private static RequestResult<ChatGeneration> ParseOrError(string json, ChatRequestDialect dialect)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        RequestResult<ChatCompletionRequest> request = ChatRequestReader.Read(document.RootElement, dialect);
        return request.Succeeded ? ChatRequestValidator.Validate(request.Value, "key-1", vocabularySize: 100) : request.Error;
    }
}
