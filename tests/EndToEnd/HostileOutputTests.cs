using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MistralServe.TestHost;
using MistralServe.Tests.Chat;

namespace MistralServe.Tests.EndToEnd;

/// <summary>Malformed answers of a scripted model, over the wire and through the clients that people use.</summary>
public sealed class HostileOutputTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}}},
        {"type":"function","function":{"name":"write_file","parameters":{"type":"object","properties":{"text":{"type":"string"},"meta":{"type":"object"}}}}},
        {"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]
        """;

    [Theory]
    [InlineData("hostile-openai.mjs")]
    [InlineData("hostile-ai-sdk.mjs")]
    [InlineData("hostile-langchain.mjs")]
    public async Task A_client_takes_every_answer(string script)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, HostileOutput.CreateScript());
        try
        {
            await using ScriptedServer server = await ScriptedServer.StartFileAsync(path);
            Assert.EndsWith("ok", (await NodeEnvironment.RunAsync(script, $"http://127.0.0.1:{server.Port}/v1", path)).Trim(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task What_is_told_is_the_same_whole_and_streamed()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, HostileOutput.CreateScript());
        ReplayScript script = ReplayScript.Load(path);
        File.Delete(path);
        await using ScriptedServer server = await ScriptedServer.StartAsync(script);
        foreach (HostileOutput output in HostileOutput.All)
        {
            string expected = Describe(output.Reasoning, output.Content, output.Calls);
            Assert.Equal($"{output}: {expected}", $"{output}: {await AskAsync(server, $"[{output}]", isStream: false)}");
            Assert.Equal($"{output}: {expected}", $"{output}: {await AskAsync(server, $"[{output}]", isStream: true)}");
            Assert.Equal($"{output}: {await AskAsync(server, $"{{{output}}}", isStream: false)}", $"{output}: {await AskAsync(server, $"{{{output}}}", isStream: true)}");
        }
    }

    private static string Describe(string reasoning, string content, IEnumerable<(string Name, string Arguments)> calls)
    {
        return $"reasoning<{reasoning}> content<{Shorten(content)}> {string.Join(' ', calls.Select(call => $"{call.Name}({Shorten(call.Arguments)})"))}";

        // What differs is to be read.
        static string Shorten(string text) =>
            text.Length <= 500 ? text : $"{text[..100]}… {text.Length} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
    }

    private static async Task<string> AskAsync(ScriptedServer server, string question, bool isStream)
    {
        using var content = new StringContent(
            $$"""{"messages":[{"role":"user","content":{{JsonSerializer.Serialize(question, TestJson.Default.String)}}}],"max_tokens":4000,"temperature":0,"stream":{{(isStream ? "true" : "false")}},{{Tools}}}""",
            Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync("/v1/chat/completions", content);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        StringBuilder reasoning = new(), text = new();
        List<(string Name, StringBuilder Arguments)> calls = [];
        foreach (string item in isStream ? body.Split("\n\n").Where(item => item.StartsWith("data: {", StringComparison.Ordinal)).Select(item => item[6..]) : [body])
        {
            using JsonDocument document = JsonDocument.Parse(item);
            foreach (JsonElement part in document.RootElement.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty(isStream ? "delta" : "message")))
            {
                reasoning.Append(part.TryGetProperty("reasoning_content", out JsonElement thought) ? thought.GetString() : null);
                text.Append(part.TryGetProperty("content", out JsonElement said) ? said.GetString() : null);
                foreach (JsonElement call in part.TryGetProperty("tool_calls", out JsonElement list) ? list.EnumerateArray() : default)
                {
                    JsonElement function = call.GetProperty("function");
                    if (function.TryGetProperty("name", out JsonElement name))
                    {
                        calls.Add((name.GetString()!, new StringBuilder()));
                    }

                    calls[isStream ? call.GetProperty("index").GetInt32() : ^1].Arguments.Append(function.TryGetProperty("arguments", out JsonElement arguments) ? arguments.GetString() : null);
                }
            }
        }

        return Describe(reasoning.ToString(), text.ToString(), calls.Select(call => (call.Name, call.Arguments.ToString())));
    }
}
