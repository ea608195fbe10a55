using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.TestHost;
using MistralServe.Tests.Chat;

namespace MistralServe.Tests.Mcp;

/// <summary>Models of other modalities, over the whole server: their tools are there exactly with the capability.</summary>
public sealed class ModalityTests
{
    private const string Text = "chat complete tokenize count_tokens model_info";

    [Theory]
    [InlineData("None", Text)]
    [InlineData("ImageInput", $"{Text} describe_image")]
    [InlineData("AudioInput", $"{Text} transcribe")]
    [InlineData("AudioOutput", $"{Text} speak")]
    [InlineData("ImageInput, AudioInput, AudioOutput", $"{Text} describe_image transcribe speak")]
    public async Task Tools_for_images_and_sound_are_there_exactly_with_the_capability(string capabilities, string names)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript { Capabilities = Enum.Parse<ModelCapabilities>(capabilities) });
        JsonElement list = await SendAsync(server, "tools/list", "{}");
        Assert.Equal(names.Split(' '), list.GetProperty("result").GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
        foreach ((string tool, string field, string expected) in ((string, string, string)[])
            [
                ("describe_image", "image", """{"type":"text","text":"3 bytes"}"""),
                ("transcribe", "audio", """{"type":"text","text":"3 bytes"}"""),
                ("speak", "text", """{"type":"audio","data":"QVFJRA==","mimeType":"audio/wav"}"""),
            ])
        {
            JsonElement answer = await SendAsync(server, "tools/call", $$"""{"name":"{{tool}}","arguments":{"{{field}}":"AQID"} }""");
            if (names.Contains(tool, StringComparison.Ordinal))
            {
                Assert.Equal(expected, answer.GetProperty("result").GetProperty("content")[0].GetRawText());
            }
            else
            {
                Assert.Equal(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
            }
        }
    }

    [Theory]
    [InlineData("chat", """{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}""")]
    [InlineData("chat", """{"type":"input_audio","input_audio":{"data":"AQID","format":"wav"}}""")]
    [InlineData("count_tokens", """{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}""")]
    public async Task A_model_of_text_refuses_parts_of_images_and_sound_by_name(string tool, string part)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new ReplayScript());
        JsonElement answer = await SendAsync(
            server, "tools/call", $$$"""{"name":"{{{tool}}}","arguments":{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{{{part}}}]}]}}""");
        JsonElement result = answer.GetProperty("result");
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal("'messages[0].content[1]' is no text part; this model takes only text.", result.GetProperty("content")[0].GetProperty("text").GetString());
    }

    private static async Task<JsonElement> SendAsync(ScriptedServer server, string method, string parameters)
    {
        using var content = new StringContent($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri($"http://127.0.0.1:{server.McpPort}/mcp"), content);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
