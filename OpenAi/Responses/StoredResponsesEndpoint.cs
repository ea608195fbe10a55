using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Document;

namespace MistralServe.OpenAi.Responses;

/// <summary>What can be done with a stored response: GET, DELETE, cancel, and listing its input.</summary>
internal static class StoredResponsesEndpoint
{
    /// <summary>OpenAI's published bound of a page, and its default.</summary>
    private const int MaxPage = 100;

    private const int DefaultPage = 20;

    /// <summary>Longest wait for a cancelled response to end. Ours: the engine frees a sequence before its next token.</summary>
    private static readonly TimeSpan CancelWait = TimeSpan.FromSeconds(10);

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRoute(HttpMethods.Get, "/responses/{id}", GetAsync)
            .WithName("getResponse").WithTags("Responses").WithSummary("Fetches a stored response.")
            .WithDescription(
                "With '?stream=true' follows a response that was created with 'background' and 'stream': its events, from the one after "
                + "'starting_after' on.")
            .Produces<ResponseObject>(StatusCodes.Status200OK, "application/json")
            .ProducesEvents<ResponseEvent>()
            .WithQuery("stream", "boolean", "Follow its events.")
            .WithQuery("starting_after", "integer", "Sequence number of the last event that is not wanted.")
            .ProducesErrors(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        routes.MapRoute(HttpMethods.Head, "/responses/{id}", GetAsync).ExcludeFromDescription();
        routes.MapRoute(HttpMethods.Head, "/responses/{id}/input_items", ListInputAsync).ExcludeFromDescription();
        routes.MapRoute(HttpMethods.Delete, "/responses/{id}", context => DeleteAsync(context, context.RouteId(), context.Service<ResponseService>()))
            .WithName("deleteResponse").WithTags("Responses").WithSummary("Forgets a stored response, and ends it if it runs.")
            .Produces<ResponseDeletion>(StatusCodes.Status200OK, "application/json")
            .ProducesErrors(StatusCodes.Status404NotFound);
        routes.MapRoute(HttpMethods.Post, "/responses/{id}/cancel", CancelAsync)
            .WithName("cancelResponse").WithTags("Responses").WithSummary("Ends a response in the background.")
            .Produces<ResponseObject>(StatusCodes.Status200OK, "application/json")
            .ProducesErrors(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        routes.MapRoute(HttpMethods.Get, "/responses/{id}/input_items", ListInputAsync)
            .WithName("listInputItems").WithTags("Responses").WithSummary("Lists the input of a stored response.")
            .WithQuery("limit", "integer", "Items of a page, 1 to 100; default 20.")
            .WithQuery("order", "string", "desc (default) or asc.")
            .WithQuery("after", "string", "Id of the last item of the page before.")
            .Produces<ResponseItemList>(StatusCodes.Status200OK, "application/json")
            .ProducesErrors(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
    }

    private static Task GetAsync(HttpContext context)
    {
        string id = context.RouteId();
        ResponseService responses = context.Service<ResponseService>();
        if (responses.Store.Find(Caller.NameOf(context), id) is not { } stored)
        {
            return WriteNotFoundAsync(context);
        }

        var query = new QueryFields(context.Request.Query);
        bool streams = query.GetBoolean("stream");
        int? startingAfter = query.GetInteger("starting_after", 0, int.MaxValue - 1);
        if (query.Errors.First is { } error)
        {
            return ErrorWriter.WriteAsync(context, error);
        }

        if (!streams || HttpMethods.IsHead(context.Request.Method))
        {
            return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, stored.Current, OpenAiJsonContext.Default.ResponseObject);
        }

        if (stored.Log is { } log)
        {
            return ResponseFollower.WriteAsync(context, log, startingAfter is { } after ? after + 1 : 0, EventStream.KeepAliveInterval);
        }

        query.Errors.AddUnsupported("stream", "'stream' needs a response that was created with 'background' and 'stream'.");
        return ErrorWriter.WriteAsync(context, query.Errors.First!);
    }

    private static Task DeleteAsync(HttpContext context, string id, ResponseService responses) =>
        responses.Store.Remove(Caller.NameOf(context), id)
            ? JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, new ResponseDeletion { Id = id }, OpenAiJsonContext.Default.ResponseDeletion)
            : WriteNotFoundAsync(context);

    private static async Task CancelAsync(HttpContext context)
    {
        string id = context.RouteId();
        ResponseService responses = context.Service<ResponseService>();
        if (responses.Store.Find(Caller.NameOf(context), id) is not { } stored)
        {
            await WriteNotFoundAsync(context);
            return;
        }

        if (!stored.Current.Background)
        {
            var errors = new RequestErrors();
            errors.AddInvalidValue("response_id", "'response_id' names a response that did not run in the background; close its connection to cancel such a one.");
            await ErrorWriter.WriteAsync(context, errors.First!);
            return;
        }

        // One that has ended already is answered as it is: cancelling twice is no mistake.
        stored.Cancel();
        await Task.WhenAny(stored.Run, Task.Delay(CancelWait, context.RequestAborted)); // beyond the wait it is answered as it is then
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, stored.Current, OpenAiJsonContext.Default.ResponseObject);
    }

    private static Task ListInputAsync(HttpContext context)
    {
        string id = context.RouteId();
        ResponseService responses = context.Service<ResponseService>();
        if (responses.Store.Find(Caller.NameOf(context), id) is not { } stored)
        {
            return WriteNotFoundAsync(context);
        }

        var query = new QueryFields(context.Request.Query);
        int limit = query.GetInteger("limit", 1, MaxPage) ?? DefaultPage;
        bool ascending = query.GetWord("order", "desc", "asc") == "asc";
        List<ResponseItem> items = [.. ascending ? stored.Input : stored.Input.Reverse()];
        if (query.GetText("after") is { } after)
        {
            int index = items.FindIndex(item => item.Id == after);
            if (index < 0)
            {
                query.Errors.AddInvalidValue("after", "'after' names no item of this input.");
            }

            items.RemoveRange(0, index + 1);
        }

        if (query.Errors.First is { } error)
        {
            return ErrorWriter.WriteAsync(context, error);
        }

        List<ResponseItem> page = [.. items.Take(limit)];
        var list = new ResponseItemList
        {
            Data = page, FirstId = page.FirstOrDefault()?.Id ?? "", LastId = page.LastOrDefault()?.Id ?? "", HasMore = items.Count > page.Count,
        };
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, list, OpenAiJsonContext.Default.ResponseItemList);
    }

    private static Task WriteNotFoundAsync(HttpContext context)
    {
        var errors = new RequestErrors();
        errors.AddNotFound("response_id", "response_not_found", "There is no response of that id that is stored for you; it may have expired.");
        return ErrorWriter.WriteAsync(context, errors.First!);
    }
}
