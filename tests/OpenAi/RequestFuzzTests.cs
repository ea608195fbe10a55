using System.Text;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// Bodies that are nearly right, mutated at random: no answer may be a 5xx, every 4xx has its error object, and the server goes on. The seed is
/// fixed, so a failure comes again.
/// </summary>
[Collection("native")]
public sealed class RequestFuzzTests
{
    private const int Rounds = 1500;

    private static readonly (string Path, string Body)[] Seeds =
    [
        ("/v1/chat/completions", """{"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"é😀"}]}],"max_tokens":3,"temperature":0.5,"top_p":0.9,"stop":["a"],"n":2,"logit_bias":{"5":1},"logprobs":true,"top_logprobs":2,"stream":false,"metadata":{"a":"b"},"stream_options":{"include_usage":true}}"""),
        ("/v1/completions", """{"model":"m","prompt":["a","b"],"max_tokens":3,"echo":true,"logprobs":1,"best_of":2,"suffix":null,"seed":5,"user":"u"}"""),
        ("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning","id":"r","summary":[]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"x"}],"max_output_tokens":16,"tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}],"tool_choice":"auto","text":{"format":{"type":"text"},"verbosity":"low"},"reasoning":{"effort":"low"},"include":[],"store":true,"metadata":{}}"""),
        ("/v1/responses/input_tokens", """{"input":"abc","instructions":"x"}"""),
        ("/v1/messages", """{"model":"m","max_tokens":3,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"i","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":"r"}]}],"stop_sequences":["x"],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"auto"},"thinking":{"type":"disabled"}}"""),
        ("/v1/messages/count_tokens", """{"messages":[{"role":"user","content":"a"}]}"""),
        ("/v1/embeddings", """{"input":["a","b"],"encoding_format":"float","dimensions":3}"""),
        ("/v1/rerank", """{"query":"a","documents":["b",{"text":"c"}],"top_n":1,"return_documents":true}"""),
        ("/tokenize", """{"content":"aé😀","add_special":true,"with_pieces":true}"""),
        ("/detokenize", """{"tokens":[97,98,195]}"""),
        ("/v1/chat/completions/input_tokens", """{"messages":[{"role":"user","content":"a"}]}"""),
    ];

    private static readonly string[] Pieces =
    [
        "null", "true", "-1", "1e999", "99999999999999999999", "0.5", "\"\"", "\"a\"", "[]", "{}", "[[]]", "{\"type\":\"text\"}", "\"\\ud800\"", "\"\\u0000\"", "\\", "\"",
        "[{}]", ",", ":", "{\"a\":{\"a\":{\"a\":1}}}", "-9223372036854775808", "\"auto\"", "[1,2,3]", "\u0001",
    ];

    [Fact]
    public async Task No_body_makes_the_server_fail()
    {
        await using RestServer server = await ApiServer.StartAsync();
        var random = new Random(20251125);
        for (int round = 0; round < Rounds; round++)
        {
            (string path, string seed) = Seeds[round % Seeds.Length];
            byte[] body = Mutate(seed, random);
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content).WaitAsync(TimeSpan.FromSeconds(20));
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode < 500, $"round {round}, {path}: {Encoding.UTF8.GetString(body)}\n{text}");
            Assert.True((int)answer.StatusCode == 200 || text.Contains("\"error\":{", StringComparison.Ordinal), text);
        }

        Assert.Equal(200, (await ApiServer.PostAsync(server, "/v1/responses", """{"input":"hi"}""")).Status);
    }

    private static byte[] Mutate(string seed, Random random)
    {
        List<byte> body = [.. Encoding.UTF8.GetBytes(seed)];
        for (int i = random.Next(1, 4); i > 0 && body.Count > 0; i--)
        {
            int at = random.Next(body.Count);
            switch (random.Next(5))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(body.Count - at, random.Next(1, 12)));
                    break;
                case 2: // a value for another: from a colon to the next comma or bracket
                    int from = body.IndexOf((byte)':', at) + 1;
                    int to = from == 0 ? -1 : body.FindIndex(from, value => value is (byte)',' or (byte)'}' or (byte)']');
                    if (to > from)
                    {
                        body.RemoveRange(from, to - from);
                        body.InsertRange(from, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    }

                    break;
                case 3:
                    body.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                default: // a part twice: repeated keys, longer lists
                    body.InsertRange(at, body.GetRange(at, Math.Min(body.Count - at, random.Next(1, 60))));
                    break;
            }
        }

        return [.. body];
    }
}
