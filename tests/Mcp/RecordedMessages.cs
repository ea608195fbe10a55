using MistralServe.Tests.EndToEnd;
using MistralServe.Tests.Mcp;

[assembly: AssemblyFixture(typeof(RecordedMessages))]

namespace MistralServe.Tests.Mcp;

/// <summary>
/// In CI, holds every MCP message that the whole run has recorded against the schema of its revision when the last test is over; a failure
/// fails the run. Elsewhere <see cref="SchemaTests"/> does it for messages of every kind.
/// </summary>
public sealed class RecordedMessages : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" || MessageRecorder.Count == 0)
        {
            return;
        }

        string file = MessageRecorder.Save();
        try
        {
            await NodeEnvironment.RunInAsync("mcp", "validate.mjs", RepositoryFiles.Shared("data/mcp-schema"), file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
