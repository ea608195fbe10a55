using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MistralServe.OpenAi;

namespace MistralServe.Tests.OpenAi;

public sealed class ErrorObjectTests
{
    [Theory]
    [InlineData(0.0, "1", "1")]
    [InlineData(0.2, "1", "200")]
    [InlineData(1.5, "2", "1500")]
    [InlineData(60.0, "60", "60000")]
    [InlineData(3600.0, "60", "60000")]
    public async Task Retry_after_is_a_whole_number_from_1_to_60(double seconds, string header, string milliseconds)
    {
        var error = new ApiError(503, "server_error", "server_overloaded", "Full.", RetryAfter: TimeSpan.FromSeconds(seconds));
        await using RestServer server = await RestServer.StartAsync(app => app.MapGet("/fail", (HttpContext c) => ErrorWriter.WriteAsync(c, error)));
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/fail", UriKind.Relative));
        await ErrorAssert.IsErrorAsync(answer, 503, "server_overloaded");
        Assert.Equal(header, answer.Headers.GetValues("Retry-After").Single());
        Assert.Equal(milliseconds, answer.Headers.GetValues("retry-after-ms").Single());
        Assert.False(answer.Headers.Contains("x-should-retry"));
    }

    [Theory]
    [InlineData(408, true)]
    [InlineData(500, true)]
    [InlineData(400, false)]
    public async Task What_clients_would_retry_in_vain_says_so(int status, bool marked)
    {
        var error = new ApiError(status, "server_error", "internal_error", "Broken.");
        await using RestServer server = await RestServer.StartAsync(app => app.MapGet("/fail", (HttpContext c) => ErrorWriter.WriteAsync(c, error)));
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/fail", UriKind.Relative));
        Assert.Equal(marked, answer.Headers.TryGetValues("x-should-retry", out IEnumerable<string>? values) && values.Single() == "false");
        Assert.False(answer.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task An_exception_is_500_without_internals()
    {
        await using RestServer server = await RestServer.StartAsync(app => app.MapGet("/throw", Throw));
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/throw", UriKind.Relative));
        string message = await ErrorAssert.IsErrorAsync(answer, 500, "internal_error");
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_after_the_start_breaks_the_connection()
    {
        await using RestServer server = await RestServer.StartAsync(app => app.MapGet("/throw", StartAndThrowAsync));
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Client.GetStringAsync(new Uri("/throw", UriKind.Relative)));
    }

    [Theory]
    [InlineData("X-Request-Id", "abc-123", true)]
    [InlineData("X-Client-Request-Id", "abc-123", true)]
    [InlineData("X-Request-Id", "has space", false)]
    [InlineData("X-Request-Id", "", false)]
    public async Task A_plain_request_id_is_taken_over(string header, string value, bool taken)
    {
        await using RestServer server = await RestServer.StartAsync();
        string id = await GetRequestIdAsync(server, header, value);
        Assert.Equal(taken, id == value);
        Assert.NotEqual("", id);
    }

    [Fact]
    public async Task A_request_id_has_at_most_128_characters()
    {
        await using RestServer server = await RestServer.StartAsync();
        Assert.Equal(128, (await GetRequestIdAsync(server, "X-Request-Id", new string('a', 128))).Length);
        Assert.StartsWith("req_", await GetRequestIdAsync(server, "X-Request-Id", new string('a', 129)), StringComparison.Ordinal);
    }

    private static async Task<string> GetRequestIdAsync(RestServer server, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        return answer.Headers.GetValues("x-request-id").Single();
    }

    private static Task Throw(HttpContext context) => throw new InvalidOperationException("secret");

    private static async Task StartAndThrowAsync(HttpContext context)
    {
        await context.Response.WriteAsync("half");
        await context.Response.Body.FlushAsync();
        throw new InvalidOperationException("secret");
    }
}
