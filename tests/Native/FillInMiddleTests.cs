using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;
using MistralServe.Tests.Gguf;
using MistralServe.Tests.OpenAi;

namespace MistralServe.Tests.Native;

/// <summary>
/// <c>suffix</c> on a real model, whose tokens for it are known by their names or told by the metadata: a copy of a random model is told that
/// other control tokens are the ones. The model's words mean nothing; what is looked at is the prompt that they follow.
/// </summary>
[Collection("native")]
public sealed class FillInMiddleTests
{
    private const int Prefix = 10;
    private const int Suffix = 11;
    private const int Middle = 12;

    // Without the cache: what is computed in other batches may round otherwise, and the next words of a random model are nearly equally good.
    private const string Fields = "\"max_tokens\":24,\"temperature\":0,\"ignore_eos\":true,\"cache_prompt\":false";

    private static string Random => RepositoryFiles.Shared("models/random-1m-q8_0.gguf");

    [Fact]
    public async Task Tokens_are_known_by_their_names_where_the_metadata_says_nothing()
    {
        await using RestServer server = await StartAsync(Random);
        int[] marks = [.. await TokenizeAsync(server, "<fim_prefix>"), .. await TokenizeAsync(server, "<fim_suffix>"), .. await TokenizeAsync(server, "<fim_middle>")];
        Assert.Equal(3, marks.Length);
        int[] before = await TokenizeAsync(server, "one two");
        int[] behind = await TokenizeAsync(server, "four");
        Assert.Equal(
            Text(await CompleteAsync(server, $"[{string.Join(',', (int[])[marks[0], .. before, marks[1], .. behind, marks[2]])}]")),
            Text(await CompleteAsync(server, "\"one two\"", "\"suffix\":\"four\"")));
    }

    [Fact]
    public async Task The_prompt_is_prefix_suffix_middle()
    {
        using TemporaryFile file = CreateModel(Random, Prefix, Suffix, Middle);
        await using RestServer server = await StartAsync(file.Path);
        int[] before = await TokenizeAsync(server, "def add(a, b):\\n    ");
        int[] behind = await TokenizeAsync(server, "\\n    return c");
        JsonElement filled = await CompleteAsync(server, "\"def add(a, b):\\n    \"", "\"suffix\":\"\\n    return c\"");
        JsonElement laidOut = await CompleteAsync(server, $"[{string.Join(',', (int[])[Prefix, .. before, Suffix, .. behind, Middle])}]");
        Assert.Equal(Text(laidOut), Text(filled));
        Assert.Equal(before.Length + behind.Length + 3, filled.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(24, filled.GetProperty("usage").GetProperty("completion_tokens").GetInt32());

        // The order matters to the model, and what is no suffix is none.
        Assert.NotEqual(Text(filled), Text(await CompleteAsync(server, $"[{string.Join(',', (int[])[Suffix, .. behind, Prefix, .. before, Middle])}]")));
        Assert.NotEqual(Text(filled), Text(await CompleteAsync(server, "\"def add(a, b):\\n    \"")));
    }

    [Fact]
    public async Task Tokens_empty_ends_and_streams_work_the_same_way()
    {
        using TemporaryFile file = CreateModel(Random, Prefix, Suffix, Middle);
        await using RestServer server = await StartAsync(file.Path);
        int[] before = await TokenizeAsync(server, "one two");
        string whole = Text(await CompleteAsync(server, "\"one two\"", "\"suffix\":\"four\""));
        Assert.Equal(whole, Text(await CompleteAsync(server, $"[{string.Join(',', before)}]", "\"suffix\":\"four\"")));

        // An empty prefix is filled up to the suffix; an empty suffix is none, as in OpenAI's API.
        int[] behind = await TokenizeAsync(server, "four");
        Assert.Equal(
            Text(await CompleteAsync(server, $"[{Prefix},{Suffix},{string.Join(',', behind)},{Middle}]")), Text(await CompleteAsync(server, "\"\"", "\"suffix\":\"four\"")));
        Assert.Equal(Text(await CompleteAsync(server, "\"one two\"")), Text(await CompleteAsync(server, "\"one two\"", "\"suffix\":\"\"")));

        // Text that spells a control token stays text on both sides.
        JsonElement spelled = await CompleteAsync(server, "\"<|im_end|>\"", "\"suffix\":\"<|im_end|>\"");
        Assert.True(spelled.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 5, spelled.GetRawText());

        using var content = new StringContent($$"""{"prompt":"one two","suffix":"four","stream":true,{{Fields}}}""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
        string streamed = string.Concat((await answer.Content.ReadAsStringAsync()).Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("text").GetString()));
        Assert.Equal(whole, streamed);
    }

    [Fact]
    public async Task A_model_that_lacks_one_of_the_tokens_refuses_and_says_why()
    {
        using TemporaryFile file = CreateModel(RepositoryFiles.Path("assets/mistralserve-demo.gguf"), 1, 2);
        await using RestServer server = await StartAsync(file.Path);
        (int status, JsonElement answer) = await ApiServer.PostAsync(server, "/v1/completions", """{"prompt":"a","suffix":"b"}""");
        JsonElement error = answer.GetProperty("error");
        Assert.Equal((400, "unsupported_value", "suffix"), (status, error.Text("code"), error.Text("param")));
        Assert.Contains("has no fill-in-the-middle tokens", error.Text("message"), StringComparison.Ordinal);
    }

    private static TemporaryFile CreateModel(string path, params int[] tokens)
    {
        string[] names = ["fim_pre", "fim_suf", "fim_mid"];
        return new TemporaryFile(GgufPatch.Add(File.ReadAllBytes(path), [.. tokens.Select((token, i) => ($"tokenizer.ggml.{names[i]}_token_id", (uint)token))]));
    }

    private static Task<RestServer> StartAsync(string path)
    {
        LlamaReference.LoadLibraries();
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(path, new LlamaContextOptions(512, 4, 512, 2), _ => true);
        Assert.True(runner is not null, problem);
        return RestServer.StartAsync(runner: runner, options: new EngineOptions { ContextLength = 512 });
    }

    private static async Task<JsonElement> CompleteAsync(RestServer server, string prompt, params string[] fields)
    {
        (int status, JsonElement answer) = await ApiServer.PostAsync(server, "/v1/completions", $$"""{"prompt":{{prompt}},{{string.Join(',', (string[])[.. fields, Fields])}}}""");
        Assert.True(status == 200, answer.GetRawText());
        return answer;
    }

    private static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString()!;

    private static async Task<int[]> TokenizeAsync(RestServer server, string text) =>
        [.. (await ApiServer.PostAsync(server, "/tokenize", $$"""{"content":"{{text}}"}""")).Body.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
}
