using System.Text.Json;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Mcp;

/// <summary>Every kind of message against the published schema of its revision, and the schemas of the tools against JSON Schema 2020-12.</summary>
public sealed class SchemaTests
{
    private readonly List<string> _records = [];

    [Fact]
    public async Task Every_message_is_valid_in_its_revision()
    {
        string schemas = RepositoryFiles.Shared("data/mcp-schema");
        await using McpTestServer server = await McpTestServer.StartAsync(
            [.. ToolTable.Rows.Select(row => row.Create(FakeServices.Create())), .. FixtureTools.Create()]);
        foreach (string revision in (string[])["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
        {
            await RecordLegacyAsync(server, revision);
        }

        await RecordModernAsync(server);
        await RunStreamAsync(server);
        foreach (ToolRow row in ToolTable.Rows)
        {
            string definition = JsonSerializer.Serialize(
                row.Create(FakeServices.Create()).Definition, MistralServe.Json.McpJsonContext.Default.ToolDefinition);
            _records.Add($$"""{"type":"tool","message":{{definition}}}""");
        }

        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"[{string.Join(",\n", _records)}]");
        await ValidateAsync(schemas, file, _records.Count);

        // And all that the wire has shown so far, of this test and of others.
        int seen = MessageRecorder.Count;
        Assert.True(seen > 200, $"{seen} messages were recorded");
        await ValidateAsync(schemas, MessageRecorder.Save(), seen);
    }

    private static async Task ValidateAsync(string schemas, string file, int least)
    {
        try
        {
            string output = await NodeEnvironment.RunInAsync("mcp", "validate.mjs", schemas, file);
            int count = int.Parse(output.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(count >= least, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The recorder sees what comes on it.
    private static async Task RunStreamAsync(McpTestServer server)
    {
        int before = MessageRecorder.Count;
        using (EventStreamClient stream = await server.OpenStreamAsync())
        {
            string address = (await stream.ReadEventAsync())!.Value.Data;
            foreach (string body in (string[])
                [Initialize("2024-11-05"), """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", """{"jsonrpc":"2.0","id":"x","method":"nope"}""", Call("test_audio_content")])
            {
                (await server.PostToAsync(address, System.Text.Encoding.UTF8.GetBytes(body))).ExpectAccepted();
                await stream.ReadMessageAsync();
            }

            (await server.PostToAsync(address, System.Text.Encoding.UTF8.GetBytes(Call("test_tool_with_progress", ""","_meta":{"progressToken":0}""")))).ExpectAccepted();
            while (!(await stream.ReadMessageAsync()).TryGetProperty("id", out _))
            {
            }
        }

        // Two definitions for each of the four results and the error's one, then three notifications and the last result.
        Assert.True(MessageRecorder.Count >= before + 12, "the stream was not recorded");
    }

    private async Task RecordLegacyAsync(McpTestServer server, string revision)
    {
        (string, string) version = ("MCP-Protocol-Version", revision);
        bool isNewest = revision == "2025-11-25";
        McpTestServer.Answer initialized = await server.PostAsync(Initialize(revision));
        Result(revision, "InitializeResult", initialized);
        (string, string) session = ("Mcp-Session-Id", initialized.Session!);
        Result(revision, "EmptyResult", await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", version, session));
        Result(revision, "ListToolsResult", await server.PostAsync("""{"jsonrpc":"2.0","id":"l","method":"tools/list"}""", version, session));
        foreach (string tool in FixtureNames())
        {
            Result(revision, "CallToolResult", await server.PostAsync(Call(tool), version, session));
        }

        McpTestServer.Answer unknown = await server.PostAsync(Call("nope"), version, session);
        Add(revision, isNewest ? "JSONRPCErrorResponse" : "JSONRPCError", unknown.Body);
        using EventStreamClient stream = await server.StreamAsync(Call("test_tool_with_progress", ""","_meta":{"progressToken":"t"}"""), version, session);
        foreach (JsonElement message in await stream.ReadToEndAsync())
        {
            Add(revision, message.TryGetProperty("id", out _) ? "JSONRPCResponse" : "ProgressNotification", message.GetRawText());
        }

        if (revision == "2025-03-26")
        {
            McpTestServer.Answer batch = await server.PostAsync($"[{Call("nope")},{Call("test_simple_text")}]", version);
            Add(revision, "JSONRPCBatchResponse", batch.Body);
        }
    }

    private async Task RecordModernAsync(McpTestServer server)
    {
        const string Revision = McpTestServer.Modern;
        Add(Revision, "DiscoverResultResponse", (await server.PostModernAsync("server/discover")).Body);
        Add(Revision, "ListToolsResultResponse", (await server.PostModernAsync("tools/list")).Body);
        foreach (string tool in FixtureNames())
        {
            Add(Revision, "CallToolResultResponse", (await server.PostModernAsync("tools/call", $"\"name\":\"{tool}\"", tool)).Body);
        }

        Add(Revision, "JSONRPCErrorResponse", (await server.PostModernAsync("nope")).Body);
        McpTestServer.Answer missing = await server.PostModernAsync("tools/call", "\"name\":\"test_missing_capability\"", "test_missing_capability");
        missing.ExpectError(400, -32021, "1");
        Add(Revision, "MissingRequiredClientCapabilityError", missing.Body);
        string list = $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{{McpTestServer.Meta()}}}}}""";
        Add(Revision, "HeaderMismatchError", (await server.PostAsync(list, ("MCP-Protocol-Version", Revision))).Body);
        McpTestServer.Answer unsupported = await server.PostAsync(
            list.Replace(Revision, "2099-01-01", StringComparison.Ordinal), ("MCP-Protocol-Version", "2099-01-01"), ("Mcp-Method", "tools/list"));
        Add(Revision, "UnsupportedProtocolVersionError", unsupported.Body);
    }

    private static IEnumerable<string> FixtureNames() => FixtureTools.Create().Select(tool => tool.Definition.Name).Where(name => name != "test_missing_capability");

    private void Result(string revision, string type, McpTestServer.Answer answer)
    {
        Add(revision, "JSONRPCResponse", answer.Body);
        Add(revision, type, answer.Result.GetRawText());
    }

    private void Add(string revision, string type, string message) =>
        _records.Add($$"""{"revision":"{{revision}}","type":"{{type}}","message":{{message}}}""");

    private static string Initialize(string revision) =>
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{},"clientInfo":{"name":"t","version":"1"},"protocolVersion":""" + $"\"{revision}\"" + "}}";

    private static string Call(string tool, string meta = "") =>
        $$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"{{{tool}}}"{{{meta}}}}}""";
}
