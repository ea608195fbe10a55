using System.ClientModel;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MistralServe.Tests.Chat;
using OpenAI;
using OpenAI.Chat;

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

    [Fact]
    public async Task OpenAIs_client_for_NET_calls_tools_of_a_scripted_model()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync("weather");
        var client = new ChatClient(
            "scripted", new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri($"http://127.0.0.1:{server.Port}/v1") });
        List<ChatMessage> messages = [new UserChatMessage("What is the weather in Paris?")];
        var options = new ChatCompletionOptions();
        options.Tools.Add(ChatTool.CreateFunctionTool("get_weather", "Weather of a city", BinaryData.FromString(
            """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city","days"]}""")));
        ChatCompletion completion = await client.CompleteChatAsync(messages, options);
        Assert.Equal(ChatFinishReason.ToolCalls, completion.FinishReason);
        Assert.Equal("Let me look.", completion.Content[0].Text);
        ChatToolCall call = Assert.Single(completion.ToolCalls);
        Assert.Equal(("get_weather", """{"city": "Paris", "days": 2}"""), (call.FunctionName, call.FunctionArguments.ToString()));

        var streamed = new StringBuilder();
        string? id = null;
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(messages, options))
        {
            foreach (StreamingChatToolCallUpdate part in update.ToolCallUpdates)
            {
                id = part.ToolCallId ?? id;
                streamed.Append(part.FunctionArgumentsUpdate);
            }
        }

        Assert.Equal(call.FunctionArguments.ToString(), streamed.ToString());
        Assert.StartsWith("call_", id, StringComparison.Ordinal);
        messages.Add(new AssistantChatMessage(completion));
        messages.Add(new ToolChatMessage(call.Id, """{"city":"Paris","degrees":18}"""));
        completion = await client.CompleteChatAsync(messages, options);
        Assert.Equal("It is 18 degrees in Paris. 🌤", completion.Content[0].Text);
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
