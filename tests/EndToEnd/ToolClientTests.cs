using System.Globalization;
using System.Text.Json;
using MistralServe.Tests.Chat;

namespace MistralServe.Tests.EndToEnd;

/// <summary>Tool calls with the clients that people use, and by a real model.</summary>
public sealed class ToolClientTests
{
    [Theory]
    [InlineData("tools-openai.mjs", "/v1")]
    [InlineData("tools-ai-sdk.mjs", "/v1")]
    [InlineData("tools-langchain.mjs", "/v1")]
    [InlineData("tools-anthropic.mjs", "")]
    public async Task A_client_calls_tools_of_a_scripted_model(string script, string path)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        Assert.EndsWith("ok", (await NodeEnvironment.RunAsync(script, $"http://127.0.0.1:{server.Port}{path}")).Trim(), StringComparison.Ordinal);
    }
}

/// <summary>Tool calls by a real model, in the published binary.</summary>
[Collection("native")]
public sealed class RealModelToolTests
{
    private const int Seeds = 20;

    [Fact]
    public async Task A_forced_call_of_SmolLM2_is_valid_every_time()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared("models/SmolLM2-135M-Instruct-Q4_1.gguf"));
        for (int seed = 0; seed < Seeds; seed++)
        {
            using HttpResponseMessage response = await server.PostAsync("/v1/chat/completions", string.Create(CultureInfo.InvariantCulture, $$$"""
                {"messages":[{"role":"user","content":"How warm will it be in Oslo the next three days?"}],"seed":{{{seed}}},"temperature":1.5,"max_tokens":200,
                 "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","required":["city","days"],"additionalProperties":false,
                   "properties":{"city":{"type":"string","maxLength":40},"days":{"type":"integer","minimum":1,"maximum":14}} } } }],
                 "tool_choice":{"type":"function","function":{"name":"get_weather"}},"parallel_tool_calls":false}
                """));
            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            JsonElement choice = answer.RootElement.GetProperty("choices")[0];
            Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
            JsonElement function = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray()).GetProperty("function");
            Assert.Equal("get_weather", function.GetProperty("name").GetString());
            using JsonDocument arguments = JsonDocument.Parse(function.GetProperty("arguments").GetString()!);
            Assert.Equal(["city", "days"], arguments.RootElement.EnumerateObject().Select(property => property.Name));
            Assert.InRange(arguments.RootElement.GetProperty("city").GetString()!.EnumerateRunes().Count(), 0, 40);
            Assert.InRange(arguments.RootElement.GetProperty("days").GetInt32(), 1, 14);
        }
    }
}
