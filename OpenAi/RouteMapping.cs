namespace MistralServe.OpenAi;

/// <summary>
/// Maps routes to handlers that take the request alone. Handlers with parameters of their own would need generated code that binds them: a
/// kilobyte and more of native code each.
/// </summary>
internal static class RouteMapping
{
    /// <summary>Maps one method of a path.</summary>
    public static RouteHandlerBuilder MapRoute(this IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handler) =>
        new([routes.MapMethods(pattern, [method], handler)]);

    /// <summary>A service of the application, which is registered.</summary>
    public static T Service<T>(this HttpContext context)
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>What stands in the path for the parameter <c>id</c>, which the route has.</summary>
    public static string RouteId(this HttpContext context) => (string)context.Request.RouteValues["id"]!;
}
