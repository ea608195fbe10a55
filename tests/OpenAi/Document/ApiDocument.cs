using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Document;

namespace MistralServe.Tests.OpenAi.Document;

/// <summary>
/// The OpenAPI 3.1 document, made from the routes' own metadata. Not the framework's generator: in its version for this target it gives two
/// schemas of one status one media type, loses that a record may be null, and fails on families of records.
/// </summary>
internal static class ApiDocument
{
    private const string Json = "application/json";
    private const string EventStream = "text/event-stream";

    private static readonly int[] Everywhere =
        [StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status500InternalServerError];

    /// <summary>Makes the document of all routes that have a name. Any thread.</summary>
    public static JsonObject Create(EndpointDataSource endpoints)
    {
        var schemas = new ApiSchemas();
        var paths = new JsonObject();
        foreach (RouteEndpoint endpoint in endpoints.Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is null || endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not null)
            {
                continue;
            }

            string path = ToPath(endpoint.RoutePattern);
            if (paths[path] is not JsonObject item)
            {
                paths[path] = item = [];
            }

            foreach (string method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                item[method.ToLowerInvariant()] = Describe(endpoint, schemas);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "mistralserve",
                ["version"] = typeof(DocumentEndpoint).Assembly.GetName().Version!.ToString(fieldCount: 3),
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },

            // A key is asked for only where keys are configured.
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject()),
        };
    }

    private static JsonObject Describe(RouteEndpoint endpoint, ApiSchemas schemas)
    {
        EndpointMetadataCollection metadata = endpoint.Metadata;
        var operation = new JsonObject
        {
            ["operationId"] = metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
            ["tags"] = new JsonArray([.. (metadata.GetMetadata<ITagsMetadata>()?.Tags ?? []).Select(tag => JsonValue.Create(tag))]),
            ["summary"] = metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary,
        };
        if (metadata.GetMetadata<IEndpointDescriptionMetadata>()?.Description is { } description)
        {
            operation["description"] = description;
        }

        // An array of nodes, because adding to a JsonArray by type is generic, and that needs reflection.
        JsonArray parameters = new(
        [
            .. endpoint.RoutePattern.Parameters.Select(parameter => Parameter("path", parameter.Name, "string", null)),
            .. metadata.GetOrderedMetadata<QueryParameter>().Select(parameter => Parameter("query", parameter.Name, parameter.Type, parameter.Description)),
        ]);
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } request)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Json, schemas.Refer(request, isRequest: true)) };
        }

        operation["responses"] = DescribeAnswers(metadata, schemas);
        return operation;
    }

    private static JsonObject DescribeAnswers(EndpointMetadataCollection metadata, ApiSchemas schemas)
    {
        var answers = new SortedDictionary<int, JsonObject>();
        foreach (IProducesResponseTypeMetadata answer in metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
        {
            if (answer.Type is { } type && type != typeof(void)) // void is what the framework says of a handler that writes its answer itself
            {
                answers[answer.StatusCode] = Content(Json, schemas.Refer(type, isRequest: false));
            }
        }

        if (metadata.GetMetadata<EventStreamMetadata>() is { } events)
        {
            answers[StatusCodes.Status200OK][EventStream] = new JsonObject { ["schema"] = schemas.Refer(events.Type, isRequest: false) };
        }

        foreach (int status in Everywhere)
        {
            answers.TryAdd(status, Content(Json, schemas.Refer(typeof(ErrorResponse), isRequest: false)));
        }

        var described = new JsonObject();
        foreach ((int status, JsonObject content) in answers)
        {
            described[$"{status}"] = new JsonObject { ["description"] = status < 400 ? "The answer." : "An error.", ["content"] = content };
        }

        return described;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonNode Parameter(string place, string name, string type, string? description)
    {
        var parameter = new JsonObject
        {
            ["name"] = name, ["in"] = place, ["required"] = place == "path", ["schema"] = new JsonObject { ["type"] = type },
        };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    // {**id} is written {id}: OpenAPI has no word for a parameter that takes the rest of the path.
    private static string ToPath(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            _ => "",
        }))));
}
