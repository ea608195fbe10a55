using System.Reflection;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Models;

/// <summary>GET /props.</summary>
internal static class PropertiesEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRoute(HttpMethods.Get, "/props", WriteAsync)
            .WithName("getProperties").WithTags("Models").WithSummary("Says what is served and how, in llama-server's form.")
            .Produces<ServerProperties>(StatusCodes.Status200OK, "application/json");
        routes.MapRoute(HttpMethods.Head, "/props", WriteAsync).ExcludeFromDescription();
    }

    private static Task WriteAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        InferenceEngine engine = context.Service<InferenceEngine>();
        OpenAiOptions options = context.Service<OpenAiOptions>();
        ModelDescription model = chat.Model;
        string? version = typeof(PropertiesEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var properties = new ServerProperties
        {
            DefaultGenerationSettings = new DefaultSettings { ContextLength = engine.ContextLength },
            TotalSlots = options.Parallel,
            ModelAlias = model.Id,
            ChatTemplate = chat.TemplateText ?? "",
            BuildInfo = $"mistralserve {version}",
        };
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, properties, OpenAiJsonContext.Default.ServerProperties);
    }
}
