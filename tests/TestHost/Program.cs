using MistralServe.Hosting;
using MistralServe.TestHost;

// The product with a scripted model: what real clients make of any model's output can be seen without that model.
string? script = null;
int port = 1234, mcpPort = 4321;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--script" when value is not null:
            script = value;
            i++;
            break;
        case "--port" when int.TryParse(value, out port):
        case "--mcp-port" when int.TryParse(value, out mcpPort):
            i++;
            break;
        default:
            await Console.Error.WriteLineAsync("usage: mistralserve-testhost --script FILE [--port N] [--mcp-port N]");
            return 2;
    }
}

ReplayScript replay = script is null ? new ReplayScript() : ReplayScript.Load(script);
using ShutdownSignals signals = new();
return await ServerHost.RunAsync(
    ReplayModel.CreateSettings(port, mcpPort), Console.Error, (settings, loggers) => (ReplayModel.Create(replay, settings, loggers), null), signals.First);
