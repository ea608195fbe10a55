using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

/// <summary>Anthropic's API over HTTP.</summary>
[Collection("native")]
public sealed class MessagesEndpointTests
{
    [Fact]
    public async Task A_message_is_answered_byte_for_byte()
    {
        await using RestServer server = await ApiServer.StartAsync();
        (int status, JsonElement body) = await ApiServer.PostAsync(
            server, "/v1/messages", """{"max_tokens":20,"temperature":0,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"metadata":{"user_id":null}}""");
        Assert.Equal(200, status);
        Assert.Matches("^msg_[0-9a-f]{32}$", body.Text("id"));
        int tokens = body.GetProperty("usage").GetProperty("input_tokens").GetInt32();
        Assert.Equal(
            $$"""{"id":"{{body.Text("id")}}","type":"message","role":"assistant","model":"none","content":[{"type":"text","text":"Hello!","citations":null}],"stop_reason":"end_turn","stop_sequence":null"""
            + $$$""","usage":{"input_tokens":{{{tokens}}},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":7}}""",
            body.GetRawText());
    }

    [Theory]
    [InlineData("\"max_tokens\":3", "max_tokens", null, "Hel")]
    [InlineData("\"max_tokens\":20,\"stop_sequences\":[\"zz\",\"lo\"]", "stop_sequence", "lo", "Hel")]
    public async Task The_stop_reason_says_why(string field, string reason, string? sequence, string text)
    {
        await using RestServer server = await ApiServer.StartAsync();
        JsonElement body = (await ApiServer.PostAsync(server, "/v1/messages", $$"""{"temperature":0,"messages":[{"role":"user","content":"hi"}],{{field}}}""")).Body;
        Assert.Equal((reason, sequence), (body.Text("stop_reason"), body.GetProperty("stop_sequence").GetString()));
        Assert.Equal(text, body.GetProperty("content")[0].Text("text"));
    }

    [Theory]
    [InlineData("/v1/messages", "{", 400, "invalid_request_error")]
    [InlineData("/v1/messages", """{"messages":[{"role":"user","content":"hi"}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/messages/none", "{}", 404, "not_found_error")]
    public async Task Errors_have_the_form_of_Anthropics(string path, string json, int status, string type)
    {
        await using RestServer server = await ApiServer.StartAsync();
        (int code, JsonElement body) = await ApiServer.PostAsync(server, path, json);
        Assert.Equal((status, "error", type), (code, body.Text("type"), body.GetProperty("error").Type()));
        Assert.NotEmpty(body.GetProperty("error").Text("message"));
        Assert.NotEmpty(body.Text("request_id"));
    }

    [Fact]
    public async Task A_wrong_method_and_a_full_server_have_their_statuses()
    {
        await using RestServer server = await ApiServer.StartAsync();
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/v1/messages", UriKind.Relative));
        Assert.Equal((405, "invalid_request_error"), ((int)answer.StatusCode, (await ApiServer.ReadAsync(answer)).Body.GetProperty("error").Type()));
        Assert.Equal(529, MistralServe.OpenAi.Messages.MessagesError.StatusOf(new MistralServe.OpenAi.ApiError(503, "server_error", "server_overloaded", "Full.")));
    }
}
