using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// Output formats with everything else that a request may ask for, over HTTP: compiled as in the product, on a model that wants to write
/// the letter x without end.
/// </summary>
public sealed class StructuredOutputTests
{
    private const string Record = """
        "response_format":{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object","additionalProperties":false,
        "properties":{"word":{"type":"string","maxLength":5}},"required":["word"]}}}
        """;

    private const string Answer = "{\"word\": \"xxxxx\"}";

    // Rows: fields beside the format, text, why it ended.
    [Theory]
    [InlineData("", Answer, "stop")]
    [InlineData("\"max_tokens\":11", "{\"word\": \"x", "length")]
    [InlineData("\"stop\":[\"xxx\"]", "{\"word\": \"", "stop")]
    [InlineData("\"stop\":[\"rd\\\":\"]", "{\"wo", "stop")]
    [InlineData("\"logprobs\":2", Answer, "stop")]
    [InlineData("\"speculative\":true", Answer, "stop")]
    [InlineData("\"logit_bias\":{\"34\":-100}", Answer, "stop")]
    [InlineData("\"temperature\":2,\"top_p\":0.5,\"seed\":7", null, "stop")]
    public async Task A_format_holds_beside(string fields, string? text, string reason)
    {
        await using RestServer server = await StartAsync();
        string[] given = fields.Length == 0 ? [] : [fields];
        string[] others = [.. ((string[])["\"temperature\":0", "\"max_tokens\":200"]).Where(other => !fields.Contains(other[..other.IndexOf(':', StringComparison.Ordinal)], StringComparison.Ordinal))];
        string body = "{" + string.Join(',', (string[])["\"prompt\":\"xxxxxxxxxxxxxxxx\"", .. given, .. others, Record]) + "}";
        string whole = await PostAsync(server, body);
        JsonElement choice = JsonDocument.Parse(whole).RootElement.GetProperty("choices")[0];
        string written = choice.GetProperty("text").GetString()!;
        Assert.Equal(reason, choice.GetProperty("finish_reason").GetString());
        if (text is not null)
        {
            Assert.Equal(text, written);
            return;
        }

        string word = JsonDocument.Parse(written).RootElement.GetProperty("word").GetString()!;
        Assert.InRange(word.EnumerateRunes().Count(), 0, 5);
    }

    [Fact]
    public async Task Log_probabilities_come_for_each_token_of_a_forced_span()
    {
        await using RestServer server = await StartAsync();
        JsonElement choice = JsonDocument.Parse(await PostAsync(server, $$"""{"prompt":"x","temperature":0,"max_tokens":200,"logprobs":1,{{Record}}}""")).RootElement.GetProperty("choices")[0];
        string[] tokens = [.. choice.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];
        Assert.Equal(Answer, string.Concat(tokens));
        Assert.Equal(Answer.Length, tokens.Length);
    }

    [Fact]
    public async Task Each_of_several_streamed_choices_holds_it()
    {
        await using RestServer server = await StartAsync();
        string events = await PostAsync(server, $$"""{"prompt":"x","temperature":0,"max_tokens":200,"n":3,"stream":true,{{Record}}}""");
        var texts = new StringBuilder[] { new(), new(), new() };
        string?[] reasons = new string?[3];
        foreach (string item in events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(item => item != "data: [DONE]"))
        {
            foreach (JsonElement choice in JsonDocument.Parse(item["data: ".Length..]).RootElement.GetProperty("choices").EnumerateArray())
            {
                int index = choice.GetProperty("index").GetInt32();
                texts[index].Append(choice.GetProperty("text").GetString());
                reasons[index] ??= choice.GetProperty("finish_reason").GetString();
            }
        }

        Assert.All(texts, text => Assert.Equal(Answer, text.ToString()));
        Assert.All(reasons, reason => Assert.Equal("stop", reason));
    }

    private static Task<RestServer> StartAsync() =>
        RestServer.StartAsync(runner: new ScriptedRunner(_ => 'x'), constraints: new ModelConstraintCompiler(new JsonGrammarBuilder()));

    private static async Task<string> PostAsync(RestServer server, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }
}
