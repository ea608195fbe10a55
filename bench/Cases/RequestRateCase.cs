using System.Diagnostics;
using System.Net.Http.Headers;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Requests that need no model, over kept connections. The client takes its share of the cores, the same for each server.</summary>
internal sealed class RequestRateCase : BenchCase
{
    private const int Connections = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 1024);

    /// <inheritdoc/>
    public override string Name => "i";

    /// <inheritdoc/>
    public override string Title => "requests per second over 8 kept connections, 3 s each";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachServerAsync(Shape, async session =>
    {
        round.Add(Metrics.ModelsRate, session.Engine, await MeasureAsync(session.Client, () => new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative))));
        if (session.Engine == EngineNames.Mistralserve)
        {
            using var mcp = new CompletionClient(session.Server.McpPort);
            round.Add(Metrics.ToolsRate, session.Engine, await MeasureAsync(mcp, MakeToolsList));
        }
    });

    private static HttpRequestMessage MakeToolsList()
    {
        var content = new ByteArrayContent("""{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}"""u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative)) { Content = content };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        return request;
    }

    private static async Task<double> MeasureAsync(CompletionClient client, Func<HttpRequestMessage> makeRequest)
    {
        await RunAsync(client, makeRequest, WarmUp);
        return await RunAsync(client, makeRequest, Duration);
    }

    private static async Task<double> RunAsync(CompletionClient client, Func<HttpRequestMessage> makeRequest, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            int count = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                using HttpRequestMessage request = makeRequest();
                await client.FetchAsync(request, CancellationToken.None);
                count++;
            }

            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
