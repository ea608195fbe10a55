using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MistralServe.Tests.Hosting.OAuth;

/// <summary>An OAuth issuer on loopback: describes itself, publishes keys, and signs whatever a test asks for.</summary>
internal sealed class IssuerFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private RSA _key = RSA.Create(2048);
    private string _keyId = "first";

    private IssuerFixture(WebApplication app, string issuer)
    {
        _app = app;
        Issuer = issuer;
    }

    public string Issuer { get; }

    public int KeySetReads { get; private set; }

    /// <summary>What the issuer calls itself; null for its name.</summary>
    public string? ClaimedIssuer { get; set; }

    public bool IsDown { get; set; }

    public static async Task<IssuerFixture> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        IssuerFixture? fixture = null;
        app.MapGet("/.well-known/openid-configuration", context => fixture!.DescribeAsync(context));
        app.MapGet("/keys", context => fixture!.WriteKeysAsync(context));
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        fixture = new IssuerFixture(app, address);
        return fixture;
    }

    /// <summary>The old key is gone from the published set.</summary>
    public void Rotate(string keyId = "second")
    {
        _key.Dispose();
        _key = RSA.Create(2048);
        _keyId = keyId;
    }

    /// <summary>A token that is good for an audience, with claims changed; null removes one.</summary>
    public string Token(string audience, params (string Name, object? Value)[] changes)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer, ["aud"] = audience, ["sub"] = "user-1", ["iat"] = now, ["nbf"] = now, ["exp"] = now + 300, ["scope"] = "openid mcp:tools",
        };
        foreach ((string name, object? value) in changes)
        {
            claims[name] = value;
        }

        return Sign(claims, $$"""{"alg":"RS256","typ":"at+jwt","kid":"{{_keyId}}"}""");
    }

    /// <summary>Signs with the current key, whatever the header says.</summary>
    public string Sign(IReadOnlyDictionary<string, object?> claims, string header)
    {
        string payload = "{" + string.Join(',', claims.Where(claim => claim.Value is not null).Select(claim => $"\"{claim.Key}\":{Json(claim.Value!)}")) + "}";
        string signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Encode(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>An HMAC with the public key as secret: the classic mix-up of algorithms.</summary>
    public string ForgeWithPublicKey(string audience)
    {
        string[] parts = Token(audience).Split('.');
        string signed = $"{Encode(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","kid":"{{_keyId}}"}"""))}.{parts[1]}";
        return $"{signed}.{Encode(HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed)))}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Json(object value) => value switch
    {
        string text => JsonEncodedText.Encode(text) is var encoded ? $"\"{encoded}\"" : "",
        string[] texts => $"[{string.Join(',', texts.Select(text => $"\"{text}\""))}]",
        _ => value.ToString()!,
    };

    private async Task DescribeAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Response.StatusCode = 500;
            return;
        }

        await context.Response.WriteAsync($$"""{"issuer":"{{ClaimedIssuer ?? Issuer}}","jwks_uri":"{{Issuer}}/keys","authorization_endpoint":"{{Issuer}}/authorize"}""");
    }

    private async Task WriteKeysAsync(HttpContext context)
    {
        KeySetReads++;
        RSAParameters key = _key.ExportParameters(includePrivateParameters: false);
        await context.Response.WriteAsync(
            $$"""{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{_keyId}}","n":"{{Encode(key.Modulus!)}}","e":"{{Encode(key.Exponent!)}}"}]}""");
    }
}
