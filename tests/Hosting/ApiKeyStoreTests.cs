using MistralServe.Hosting;
using MistralServe.Hosting.Access;

namespace MistralServe.Tests.Hosting;

public sealed class ApiKeyStoreTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void A_file_has_keys_with_and_without_names_and_comments()
    {
        ApiKeyStore store = Load("# team\n\nalpha Alice Liddell\r\n  beta\t bob \ngamma\n", apiKey: "delta").Store!;

        Assert.Equal("Alice Liddell", store.FindName("alpha"));
        Assert.Equal("bob", store.FindName("beta"));
        Assert.Equal("key-be9d587d", store.FindName("gamma"));
        Assert.StartsWith("key-", store.FindName("delta"), StringComparison.Ordinal);
        Assert.Null(store.FindName("alph"));
        Assert.Null(store.FindName("alphaa"));
        Assert.Null(store.FindName("# team"));
        Assert.Null(store.FindName(""));
    }

    [Theory]
    [InlineData("", "holds no key")]
    [InlineData("# only a comment\n", "holds no key")]
    [InlineData("alpha\nbeta\nalpha other\n", "repeats a key in line 3")]
    [InlineData("alpha\nschlüssel\n", "line 2")]
    public void A_wrong_file_is_a_sentence_without_a_key(string text, string expected)
    {
        (ApiKeyStore? store, string? problem) = Load(text);

        Assert.Null(store);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("alpha", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_there_is_no_key() => Assert.True(ApiKeyStore.Load(new ServeSettings()).Store!.IsEmpty);

    [Theory]
    [InlineData("127.0.0.1", false, false, null)]
    [InlineData("127.5.5.5", false, false, null)]
    [InlineData("localhost", false, false, null)]
    [InlineData("::1", false, false, null)]
    [InlineData("0.0.0.0", false, false, "--host 0.0.0.0")]
    [InlineData("::", false, false, "--host ::")]
    [InlineData("192.168.0.7", false, false, "--host 192.168.0.7")]
    [InlineData("0.0.0.0", true, false, null)]
    [InlineData("0.0.0.0", false, true, null)]
    public void A_bind_beyond_loopback_needs_a_key_or_an_explicit_flag(string host, bool hasKey, bool insecure, string? expected)
    {
        ServeSettings settings = new() { Host = host, Insecure = insecure, ApiKey = hasKey ? "k" : null };

        string? problem = BindRule.Check(settings, ApiKeyStore.Load(settings).Store!);

        if (expected is null)
        {
            Assert.Null(problem);
        }
        else
        {
            Assert.Contains(expected, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_host_needs_a_key_even_with_the_insecure_flag()
    {
        ServeSettings settings = new() { AllowedHosts = ["*"], Insecure = true };

        Assert.NotNull(BindRule.Check(settings, ApiKeyStore.Load(settings).Store!));
        settings = settings with { ApiKey = "k" };
        Assert.Null(BindRule.Check(settings, ApiKeyStore.Load(settings).Store!));
    }

    public void Dispose() => File.Delete(_file);

    private (ApiKeyStore? Store, string? Problem) Load(string text, string? apiKey = null)
    {
        File.WriteAllText(_file, text);
        return ApiKeyStore.Load(new ServeSettings { ApiKeyFile = _file, ApiKey = apiKey });
    }
}
