using System.ClientModel;
using System.Text;
using OpenAI.Responses;

namespace MistralServe.Tests.EndToEnd;

/// <summary>Clients that people use, each as a small script with assertions, against the published binary.</summary>
[Collection("native")]
public sealed class ClientTests
{
    private const string EmbeddingModel = "models/random-embed-1m-q8_0.gguf";

    [Theory]
    [InlineData("openai.mjs", "/v1")]
    [InlineData("anthropic.mjs", "")]
    [InlineData("ai-sdk.mjs", "/v1")]
    [InlineData("langchain.mjs", "/v1")]
    public async Task A_client_for_Node_is_content(string script, string path)
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        Assert.EndsWith("ok", (await NodeEnvironment.RunAsync(script, $"http://127.0.0.1:{server.Port}{path}")).Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAIs_client_for_Node_gets_vectors()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(EmbeddingModel));
        Assert.EndsWith("ok", (await NodeEnvironment.RunAsync("openai-embeddings.mjs", $"http://127.0.0.1:{server.Port}/v1")).Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAIs_client_for_Python_is_content()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        (int code, string output, string error) = await PythonEnvironment.RunAsync("openai", ["openai"], "openai_client.py", $"http://127.0.0.1:{server.Port}/v1");
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task OpenAIs_client_for_Python_gets_vectors()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(EmbeddingModel));
        (int code, string output, string error) = await PythonEnvironment.RunAsync("openai", ["openai"], "openai_embeddings.py", $"http://127.0.0.1:{server.Port}/v1");
        Assert.True(code == 0, output + error);
    }

#pragma warning disable OPENAI001 // the client calls its side of the Responses API experimental
    [Fact]
    public async Task OpenAIs_client_for_NET_uses_responses()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        var client = new ResponsesClient(
            new ApiKeyCredential("none"), new ResponsesClientOptions { Endpoint = new Uri($"http://127.0.0.1:{server.Port}/v1") });
        ResponseResult response = await client.CreateResponseAsync(CreateOptions(stream: false));
        string text = response.GetOutputText();
        Assert.NotEmpty(text);
        var streamed = new StringBuilder();
        await foreach (StreamingResponseUpdate update in await client.CreateResponseStreamingAsync(CreateOptions(stream: true)))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
            {
                streamed.Append(delta.Delta);
            }
        }

        Assert.Equal(text, streamed.ToString());
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("resp_none"));
        Assert.Equal(404, error.Status);
    }

    private static CreateResponseOptions CreateOptions(bool stream)
    {
        var options = new CreateResponseOptions { Model = "any", Temperature = 0, MaxOutputTokenCount = 16, StreamingEnabled = stream };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("Hello!"));
        return options;
    }
#pragma warning restore OPENAI001
}
