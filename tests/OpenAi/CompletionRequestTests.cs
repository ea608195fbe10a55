using System.Text.Json;
using MistralServe.Inference.Sampling;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Completions;

namespace MistralServe.Tests.OpenAi;

public sealed class CompletionRequestTests
{
    [Fact]
    public void Every_field_reaches_the_generation()
    {
        CompletionPlan plan = Parse(
            """
            {"model":"any","prompt":"Once","max_tokens":32,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"frequency_penalty":-1,
             "presence_penalty":1.5,"repeat_penalty":1.1,"repeat_last_n":-1,"stop":"x","seed":7,"ignore_eos":true,"n":2,
             "cache_prompt":false,"speculative":false,"stream":true,"stream_options":{"include_usage":true},"user":"me"}
            """);
        Assert.Equal("Once", plan.Generations[0].Text);
        Assert.Null(plan.Generations[0].Tokens);
        Assert.Equal(32, plan.Generations[0].MaxTokens);
        Assert.Equal(
            new SamplingOptions
            {
                Temperature = 0.5f, TopP = 0.9f, TopK = 40, MinP = 0.05f, FrequencyPenalty = -1, PresencePenalty = 1.5f,
                RepetitionPenalty = 1.1f, RepetitionWindow = -1, Seed = 7,
            },
            plan.Generations[0].Sampling);
        Assert.Equal(["x"], plan.Generations[0].StopStrings);
        Assert.True(plan.Generations[0].IgnoreEndOfGeneration);
        Assert.Equal((2, 2, false), (plan.Generations[0].Choices, plan.Returned, plan.IsRanked));
        Assert.False(plan.Generations[0].CachePrompt);
        Assert.False(plan.Generations[0].Speculate);
        Assert.Equal((true, true), (plan.Stream, plan.IncludeUsage));
        Assert.Equal("key-1", plan.Generations[0].Principal);
    }

    [Theory]
    [InlineData("""{"prompt":""}""")]
    [InlineData(
        """
        {"prompt":[""],"max_tokens":null,"n":null,"best_of":null,"echo":false,"suffix":null,"logprobs":null,"stream":false,
         "stream_options":{"include_usage":true},"logit_bias":{"foo":0}}
        """)]
    public void Null_means_absent_and_values_that_ask_for_nothing_pass(string body)
    {
        CompletionPlan plan = Parse(body);
        Assert.Equal("", plan.Generations[0].Text);
        Assert.Equal(16, plan.Generations[0].MaxTokens);
        Assert.Equal(new SamplingOptions(), plan.Generations[0].Sampling);
        Assert.Equal((1, 1, false, false), (plan.Generations[0].Choices, plan.Returned, plan.IsRanked, plan.Generations[0].ScoreChoices));
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2,3]]")]
    public void Token_arrays_are_prompts(string prompt)
    {
        CompletionPlan plan = Parse($$"""{"prompt":{{prompt}},"max_tokens":0}""");
        Assert.Equal([1, 2, 3], plan.Generations[0].Tokens);
        Assert.Null(plan.Generations[0].Text);
        Assert.Equal(0, plan.Generations[0].MaxTokens);
    }

    [Theory]
    [InlineData("\"best_of\":5,\"n\":2", 5, 2, true)]
    [InlineData("\"best_of\":2,\"n\":2", 2, 2, true)]
    [InlineData("\"best_of\":8", 8, 1, true)]
    [InlineData("\"best_of\":1,\"stream\":true", 1, 1, false)]
    [InlineData("\"best_of\":0,\"n\":2,\"stream\":true", 2, 2, false)]
    public void Best_of_generates_more_and_scores_them(string fields, int generated, int returned, bool isRanked)
    {
        CompletionPlan plan = Parse($$"""{"prompt":"a",{{fields}}}""");
        Assert.Equal((generated, returned, isRanked), (plan.Generations[0].Choices, plan.Returned, plan.IsRanked));
        Assert.Equal(isRanked, plan.Generations[0].ScoreChoices);
    }

    [Fact]
    public void Several_prompts_differ_in_their_prompts_only()
    {
        CompletionPlan plan = Parse("""{"prompt":["a","b"],"n":2,"best_of":3,"temperature":0,"logprobs":2,"echo":true}""");
        Assert.Equal(["a", "b"], plan.Generations.Select(generation => generation.Text!));
        Assert.Equal(["prompt[0]", "prompt[1]"], plan.Generations.Select(generation => generation.Param));
        Assert.All(plan.Generations, generation => Assert.Equal((3, true, 2), (generation.Choices, generation.ScorePrompt, generation.TopLogProbabilities!.Value)));
        Assert.Equal((6, 2), (plan.Generated, plan.Returned));
        Assert.Equal([[1, 2], [3]], Parse("""{"prompt":[[1,2],[3]]}""").Generations.Select(generation => generation.Tokens!));
    }

    private static CompletionPlan Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        RequestResult<CompletionRequest> request = CompletionRequestReader.Read(document.RootElement);
        Assert.True(request.Succeeded, request.Error?.Message);
        RequestResult<CompletionPlan> plan = CompletionRequestValidator.Validate(request.Value, "key-1", 100);
        Assert.True(plan.Succeeded, plan.Error?.Message);
        return plan.Value;
    }
}
