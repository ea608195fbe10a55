using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MistralServe.Inference;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Models;

namespace MistralServe.Tests.OpenAi;

public sealed class ModelsTests
{
    private static readonly ModelDescription Model = new()
    {
        Id = "org/some model",
        Path = "/secret/model.gguf",
        Architecture = "llama",
        SizeBytes = 123,
        Created = DateTimeOffset.FromUnixTimeSeconds(1700000000),
        TrainingContextLength = 8192,
        ParameterCount = 456,
        Quantization = "Q4_1",
        Capabilities = ModelCapabilities.TextGeneration,
    };

    [Fact]
    public async Task The_list_holds_the_loaded_model_byte_for_byte()
    {
        await using RestServer server = await StartAsync();
        Assert.Equal(
            """{"object":"list","data":[{"id":"org/some model","object":"model","created":1700000000,"owned_by":"mistralserve","max_model_len":4096"""
            + ""","meta":{"n_ctx":4096,"n_ctx_train":8192,"n_params":456,"size":123,"quantization":"Q4_1","capabilities":["text_generation"]}}]}""",
            await server.Client.GetStringAsync(new Uri("/test/models", UriKind.Relative)));
    }

    [Theory]
    [InlineData("org/some%20model")]
    [InlineData("org%2Fsome%20model")]
    [InlineData("org%2fsome%20model")]
    public async Task A_model_is_found_by_its_id(string id)
    {
        await using RestServer server = await StartAsync();
        using JsonDocument body = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri($"/test/models/{id}", UriKind.Relative)));
        Assert.Equal("org/some model", body.RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_unknown_id_is_404()
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/test/models/gpt-4o", UriKind.Relative));
        await ErrorAssert.IsErrorAsync(answer, 404, "model_not_found", "model");
    }

    [Fact]
    public void Identities_are_unguessable_and_name_model_and_build()
    {
        AnswerIdentity one = AnswerIdentity.Create("chatcmpl-", Model, TimeProvider.System);
        AnswerIdentity two = AnswerIdentity.Create("chatcmpl-", Model, TimeProvider.System);
        Assert.NotEqual(one.Id, two.Id);
        Assert.Matches("^chatcmpl-[0-9a-f]{32}$", one.Id);
        Assert.Equal(Model.Id, one.Model);
        Assert.Matches("^fp_[0-9a-f]{16}$", one.SystemFingerprint);
        Assert.Equal(one.SystemFingerprint, two.SystemFingerprint);
        Assert.NotEqual(one.SystemFingerprint, AnswerIdentity.Create("chatcmpl-", Model with { SizeBytes = 124 }, TimeProvider.System).SystemFingerprint);
    }

    private static Task<RestServer> StartAsync() => RestServer.StartAsync(app =>
    {
        ModelObject model = ModelObject.From(Model, contextLength: 4096);
        app.MapGet("/test/models", (HttpContext c) => ModelsEndpoint.WriteListAsync(c, model));
        app.MapGet("/test/models/{**id}", (HttpContext c, string id) => ModelsEndpoint.WriteOneAsync(c, model, id));
    });
}
