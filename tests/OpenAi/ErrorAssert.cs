using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

/// <summary>Checks of an answer that must be an error.</summary>
internal static class ErrorAssert
{
    /// <summary>Status, exactly the four keys of the error object, and its code and param. Returns the message.</summary>
    public static async Task<string> IsErrorAsync(HttpResponseMessage answer, int status, string code, string? param = null)
    {
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.Contains("x-request-id"));
        using JsonDocument document = JsonDocument.Parse(body);
        Assert.Equal(["error"], document.RootElement.EnumerateObject().Select(p => p.Name));
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(p => p.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.NotEqual("", error.GetProperty("type").GetString());
        string message = error.GetProperty("message").GetString()!;
        Assert.NotEqual("", message);
        return message;
    }
}
