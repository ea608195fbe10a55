using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.Tests.OpenAi;

public sealed class ChatLogProbabilityTests
{
    private const string H = """{"token":"H","logprob":-0.5,"bytes":[72],"top_logprobs":[{"token":"H","logprob":-0.5,"bytes":[72]},{"token":"�","logprob":-9999,"bytes":[195]}]}""";
    private const string First = """{"token":"�","logprob":-0.25,"bytes":[195],"top_logprobs":[]}""";
    private const string Second = """{"token":"�","logprob":-1,"bytes":[169],"top_logprobs":[]}""";

    private static readonly TokenReport[] Reports =
    [
        new(new('H', -0.5f), [new('H', -0.5f), new(0xC3, float.NegativeInfinity)]),
        new(new(0xC3, -0.25f), []),
        new(new(0xA9, -1), []),
    ];

    [Fact]
    public async Task The_answer_has_an_entry_for_each_token()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(extras: new AnswerExtras { LogProbabilities = true });
        routes.Text("H", tokens: Reports[..1]);
        routes.Text("é", tokens: Reports[1..]);
        routes.Finish(FinishReason.EndOfGeneration);
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        Assert.Equal($$"""{"content":[{{H}},{{First}},{{Second}}],"refusal":null}""", Details(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_chunk_has_the_entries_of_its_text_and_none_is_lost()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 2, extras: new AnswerExtras { LogProbabilities = true });
        routes.Text("H", tokens: Reports[..1]);
        routes.Text("é", choice: 1, tokens: Reports[1..]);
        routes.FinishChoice(0, FinishReason.Length, default, tokens: Reports[1..2]);
        routes.FinishChoice(1, FinishReason.Length, default);
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        string[] chunks = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1];
        Assert.Equal(
            ["null", "null", $$"""{"content":[{{H}}],"refusal":null}""", $$"""{"content":[{{First}},{{Second}}],"refusal":null}""", $$"""{"content":[{{First}}],"refusal":null}""", "null"],
            chunks.Select(chunk => Details(chunk["data: ".Length..])));
    }

    private static string Details(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("choices")[0].GetProperty("logprobs").GetRawText();
    }
}
