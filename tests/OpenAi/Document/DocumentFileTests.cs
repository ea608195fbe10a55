using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace MistralServe.Tests.OpenAi.Document;

/// <summary>The document that the program carries is that of its routes and records.</summary>
public sealed class DocumentFileTests
{
    /// <summary>Set it, and the file is written instead of compared: after a change of a route or a record.</summary>
    private const string WriteVariable = "MISTRALSERVE_WRITE_DOCUMENT";

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_file_is_what_the_routes_say()
    {
        string path = RepositoryFiles.Path("assets/openapi.json");
        await using RestServer server = await RestServer.StartAsync();
        string document = ToText(ApiDocument.Create(server.Routes));
        if (Environment.GetEnvironmentVariable(WriteVariable) is not null)
        {
            await File.WriteAllTextAsync(path, document);
            return; // what is served is the copy of the last build
        }

        string committed = await File.ReadAllTextAsync(path);
        Assert.True(document == committed, $"assets/openapi.json is old: run this test with {WriteVariable}=1");
        Assert.Equal(committed, await server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
    }

    // One line a component and route: small in the program, and a difference can be read.
    private static string ToText(JsonObject document)
    {
        var text = new StringBuilder("{\n");
        foreach ((string key, JsonNode? value) in document)
        {
            text.Append(JsonValue.Create(key)!.ToJsonString(Options)).Append(": ").Append(key is "paths" ? Lines((JsonObject)value!) : key is "components" ? Components((JsonObject)value!) : value!.ToJsonString(Options)).Append(",\n");
        }

        return text.Remove(text.Length - 2, 1).Append("}\n").ToString();
    }

    private static string Components(JsonObject components) =>
        "{\n" + string.Join(",\n", components.Select(pair => $"\"{pair.Key}\": {(pair.Key == "schemas" ? Lines((JsonObject)pair.Value!) : pair.Value!.ToJsonString(Options))}")) + "\n}";

    private static string Lines(JsonObject members) =>
        "{\n" + string.Join(",\n", members.Select(pair => $"{JsonValue.Create(pair.Key)!.ToJsonString(Options)}: {pair.Value!.ToJsonString(Options)}")) + "\n}";
}
