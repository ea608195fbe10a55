using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

/// <summary>An OAuth issuer on loopback: describes itself, publishes keys, signs whatever a test asks for, and gives clients tokens by code and PKCE.</summary>
internal sealed class IssuerFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Challenge, string Resource, string Scope)> _codes = new();
    private readonly CancellationTokenSource _end = new();
    private RSA _key = RSA.Create(2048);
    private ECDsa _curveKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
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

    /// <summary>Whether requests get no answer at all.</summary>
    public bool Hangs { get; set; }

    /// <summary>Where the key set is said to be instead of here, by a redirect; null answers.</summary>
    public string? KeysRedirect { get; set; }

    /// <summary>Bytes of padding in the key set.</summary>
    public int KeysPadding { get; set; }

    /// <summary>Whether tokens are signed by the key on the curve P-256 (ES256) instead of the RSA key.</summary>
    public bool UsesCurve { get; set; }

    /// <summary>Starts one.</summary>
    /// <param name="port">Where; 0 takes a free port.</param>
    /// <param name="certificate">With its private key: then over TLS.</param>
    public static async Task<IssuerFixture> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        }

        builder.WebHost.UseUrls($"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}");
        WebApplication app = builder.Build();
        IssuerFixture? fixture = null;
        app.MapGet("/.well-known/openid-configuration", context => fixture!.DescribeAsync(context));
        app.MapGet("/keys", context => fixture!.WriteKeysAsync(context));
        app.MapGet("/authorize", context => fixture!.AuthorizeAsync(context));
        app.MapPost("/token", context => fixture!.GiveTokenAsync(context));
        app.MapPost("/register", RegisterAsync);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        fixture = new IssuerFixture(app, address);
        return fixture;
    }

    /// <summary>The old key is gone from the published set.</summary>
    public void Rotate(string keyId = "second")
    {
        _key.Dispose();
        _curveKey.Dispose();
        _key = RSA.Create(2048);
        _curveKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
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

        return Sign(claims, $$"""{"alg":"{{(UsesCurve ? "ES256" : "RS256")}}","typ":"at+jwt","kid":"{{_keyId}}{{(UsesCurve ? "-curve" : "")}}"}""");
    }

    /// <summary>Signs with the current key, whatever the header says.</summary>
    public string Sign(IReadOnlyDictionary<string, object?> claims, string header)
    {
        string payload = "{" + string.Join(',', claims.Where(claim => claim.Value is not null).Select(claim => $"\"{claim.Key}\":{Json(claim.Value!)}")) + "}";
        string signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        byte[] data = Encoding.ASCII.GetBytes(signed);
        byte[] signature = UsesCurve
            ? _curveKey.SignData(data, HashAlgorithmName.SHA256)
            : _key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Encode(signature)}";
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
        await _end.CancelAsync();
        await _app.DisposeAsync();
        _end.Dispose();
        _key.Dispose();
        _curveKey.Dispose();
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

        await HangAsync(context);
        await WriteJsonAsync(context, $$"""
            {"issuer":"{{ClaimedIssuer ?? Issuer}}","jwks_uri":"{{Issuer}}/keys","authorization_endpoint":"{{Issuer}}/authorize",
             "token_endpoint":"{{Issuer}}/token","registration_endpoint":"{{Issuer}}/register","response_types_supported":["code"],
             "grant_types_supported":["authorization_code"],"code_challenge_methods_supported":["S256"],"subject_types_supported":["public"],
             "id_token_signing_alg_values_supported":["RS256"],"token_endpoint_auth_methods_supported":["none"]}
            """);
    }

    private async Task WriteKeysAsync(HttpContext context)
    {
        KeySetReads++;
        await HangAsync(context);
        if (KeysRedirect is { } elsewhere)
        {
            context.Response.Redirect(elsewhere);
            return;
        }

        ECParameters curve = _curveKey.ExportParameters(includePrivateParameters: false);
        RSAParameters key = _key.ExportParameters(includePrivateParameters: false);
        await WriteJsonAsync(context, $$"""
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{_keyId}}","n":"{{Encode(key.Modulus!)}}","e":"{{Encode(key.Exponent!)}}"},
             {"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"{{_keyId}}-curve","x":"{{Encode(curve.Q.X!)}}","y":"{{Encode(curve.Q.Y!)}}"}],
             "padding":"{{new string('x', KeysPadding)}}"}
            """);
    }

    // Consents at once. Source of the flow: RFC 6749 section 4.1, RFC 7636 (PKCE), RFC 8707 (resource).
    private Task AuthorizeAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        string code = Guid.NewGuid().ToString("N");
        _codes[code] = (query["code_challenge"].ToString(), query["resource"].ToString(), query["scope"].ToString());
        context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={query["state"]}&iss={Uri.EscapeDataString(Issuer)}");
        return Task.CompletedTask;
    }

    private async Task GiveTokenAsync(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync();
        string challenge = Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out (string Challenge, string Resource, string Scope) granted)
            || granted.Challenge != challenge || granted.Resource != form["resource"].ToString())
        {
            context.Response.StatusCode = 400;
            await WriteJsonAsync(context, """{"error":"invalid_grant"}""");
            return;
        }

        await WriteJsonAsync(
            context, $$"""{"access_token":"{{Token(granted.Resource, ("scope", granted.Scope))}}","token_type":"Bearer","expires_in":300,"scope":"{{granted.Scope}}"}""");
    }

    private static async Task RegisterAsync(HttpContext context)
    {
        using JsonDocument wanted = await JsonDocument.ParseAsync(context.Request.Body);
        context.Response.StatusCode = 201;
        await WriteJsonAsync(
            context,
            $$"""{"client_id":"client-1","redirect_uris":{{wanted.RootElement.GetProperty("redirect_uris").GetRawText()}},"token_endpoint_auth_method":"none"}""");
    }

    private static Task WriteJsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    private async Task HangAsync(HttpContext context)
    {
        if (Hangs)
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
            await Task.Delay(Timeout.Infinite, until.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
