using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>What tells a client where to get a token (RFC 9728).</summary>
internal sealed class ResourceMetadata
{
    /// <summary>The resource: the audience of its tokens.</summary>
    [JsonPropertyName("resource")]
    public required string Resource { get; init; }

    /// <summary>Who issues tokens for it.</summary>
    [JsonPropertyName("authorization_servers")]
    public required IReadOnlyList<string> AuthorizationServers { get; init; }

    /// <summary>How a token is sent: in the header, never in a query.</summary>
    [JsonPropertyName("bearer_methods_supported")]
    public IReadOnlyList<string> BearerMethods { get; } = ["header"];

    /// <summary>Scopes that a client needs; null when there are none.</summary>
    [JsonPropertyName("scopes_supported")]
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Serves the metadata at their well-known places, for everybody.</summary>
    public static void Map(IEndpointRouteBuilder routes, string issuer, string audience, IReadOnlyList<string> scopes)
    {
        var metadata = new ResourceMetadata
        {
            Resource = audience,
            AuthorizationServers = [issuer],
            Scopes = scopes.Count == 0 ? null : scopes,
        };
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(metadata, ResourceMetadataContext.Default.ResourceMetadata);
        foreach (string path in OAuthRules.MetadataPaths(audience))
        {
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)(context => WriteAsync(context, body)))
                .WithMetadata(new AllowAnonymousAttribute());
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

/// <summary>Contract of <see cref="ResourceMetadata"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceMetadata))]
internal sealed partial class ResourceMetadataContext : JsonSerializerContext;
