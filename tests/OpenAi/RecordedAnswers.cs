using MistralServe.Tests.EndToEnd;
using MistralServe.Tests.OpenAi;

[assembly: AssemblyFixture(typeof(RecordedAnswers))]

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// In CI, holds every answer that the whole run has recorded against the published schemas when the last test is over; a failure fails the run.
/// Elsewhere <see cref="SchemaTests"/> does it for what was recorded before it.
/// </summary>
public sealed class RecordedAnswers : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" || WireRecorder.Count == 0)
        {
            return;
        }

        await using RestServer server = await RestServer.StartAsync();
        string document = Path.Combine(AppContext.BaseDirectory, "own-document-of-the-run.json");
        await File.WriteAllTextAsync(document, await server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        WireRecorder.Save();
        await NodeEnvironment.RunAsync("validate.mjs", RepositoryFiles.Shared("data/openai-operations.json"), document, WireRecorder.Folder);
    }
}
