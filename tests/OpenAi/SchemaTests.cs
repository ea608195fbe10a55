using System.Text;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// Holds every answer that was recorded so far in this run against OpenAI's published schemas and against the own document; before that it
/// asks every route in every way itself, so that nothing depends on what ran before.
/// </summary>
[Collection("native")]
public sealed class SchemaTests
{
    private static readonly (string Path, string Body)[] Requests =
    [
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"temperature":0,"n":2,"logprobs":true,"top_logprobs":2,"service_tier":"auto"$}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":2,"stream_options":{"include_usage":true},"timings_per_token":true,"return_progress":true,"return_tokens":true$}"""),
        ("/v1/completions", """{"prompt":["a","b"],"temperature":0,"max_tokens":2,"echo":true$}"""),
        ("/v1/completions", """{"prompt":"a","temperature":0,"max_tokens":2,"logprobs":2,"stream_options":{"include_usage":true}$}"""),
        ("/v1/responses", """{"input":"hi","temperature":0,"top_logprobs":1,"metadata":{"k":"v"},"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"text":{"verbosity":"low"}$}"""),
        ("/v1/responses", """{"input":[{"role":"system","content":"s"},{"role":"user","content":"hi"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"x"}],"ignore_eos":true,"max_output_tokens":16,"reasoning":{"effort":"low"}$}"""),
        ("/v1/responses", """{"input":"hi","background":true$}"""),
        ("/v1/messages", """{"messages":[{"role":"user","content":"hi"}],"temperature":0,"max_tokens":20$}"""),
    ];

    [Fact]
    public async Task Every_body_chunk_and_event_is_as_published()
    {
        string operations = RepositoryFiles.Shared("data/openai-operations.json");
        await using RestServer server = await ApiServer.StartAsync();
        await AskAsync(server);
        string document = Path.Combine(AppContext.BaseDirectory, "own-document.json");
        await File.WriteAllTextAsync(document, await server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        WireRecorder.Save();
        string output = await NodeEnvironment.RunAsync("validate.mjs", operations, document, WireRecorder.Folder);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

    [Fact]
    public async Task Every_item_of_a_response_is_as_published()
    {
        string operations = RepositoryFiles.Shared("data/openai-operations.json");
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("R:thinking", "Hello", "C:call_1:f", "A:{}");
        routes.Finish();
        using HttpResponseMessage answer = await routes.PostAsync("/response", """{"input":"hi","stream":true}""");
        WireRecorder.Add("POST", "/v1/responses", 200, "text/event-stream", await answer.Content.ReadAsByteArrayAsync());
        string document = Path.Combine(AppContext.BaseDirectory, "own-document-of-items.json");
        await File.WriteAllTextAsync(document, await routes.Server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        WireRecorder.Save();
        await NodeEnvironment.RunAsync("validate.mjs", operations, document, WireRecorder.Folder);
    }

    private static async Task AskAsync(RestServer server)
    {
        foreach ((string path, string body) in Requests)
        {
            foreach (string stream in (string[])["", ",\"stream\":true"])
            {
                using var content = new StringContent(body.Replace("$", stream, StringComparison.Ordinal), Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
                string text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.IsSuccessStatusCode, $"{path} {body}: {text}");
                if (path == "/v1/responses" && stream.Length == 0)
                {
                    string id = $"/v1/responses/{System.Text.Json.JsonDocument.Parse(text).RootElement.Text("id")}";
                    await server.Client.GetStringAsync(new Uri(id, UriKind.Relative));
                    await server.Client.GetStringAsync(new Uri($"{id}/input_items", UriKind.Relative));
                    if (body.Contains("background", StringComparison.Ordinal))
                    {
                        await ApiServer.PostAsync(server, $"{id}/cancel", "{}");
                    }

                    using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri(id, UriKind.Relative));
                    await deleted.Content.ReadAsStringAsync();
                }
            }
        }

        foreach (string path in (string[])["/v1/models", "/v1/models/none", "/v1/models/other", "/props", "/v1/responses/resp_none"])
        {
            await ApiServer.GetAsync(server, path);
        }

        await ApiServer.PostAsync(server, "/v1/responses/input_tokens", """{"input":"hi"}""");
        await ApiServer.PostAsync(server, "/v1/chat/completions/input_tokens", """{"messages":[{"role":"user","content":"hi"}]}""");
        await ApiServer.PostAsync(server, "/v1/messages/count_tokens", """{"messages":[{"role":"user","content":"hi"}]}""");
        await ApiServer.PostAsync(server, "/tokenize", """{"content":"hi","with_pieces":true}""");
        await ApiServer.PostAsync(server, "/detokenize", """{"tokens":[97]}""");
        await ApiServer.PostAsync(server, "/v1/messages", "{}");
    }
}
