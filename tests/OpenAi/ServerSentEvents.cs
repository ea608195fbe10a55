using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

/// <summary>Reads streams of named events.</summary>
internal static class ServerSentEvents
{
    /// <summary>All events of a body: each has one name, which is its data's type, and one line of data.</summary>
    public static List<JsonElement> Parse(string body)
    {
        var events = new List<JsonElement>();
        Assert.EndsWith("\n\n", body, StringComparison.Ordinal);
        foreach (string text in body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (text == ":")
            {
                continue;
            }

            string[] lines = text.Split('\n');
            Assert.Equal(2, lines.Length);
            using JsonDocument data = JsonDocument.Parse(lines[1]["data: ".Length..]);
            Assert.Equal(lines[0]["event: ".Length..], data.RootElement.GetProperty("type").GetString());
            events.Add(data.RootElement.Clone());
        }

        return events;
    }

    public static string Type(this JsonElement item) => item.GetProperty("type").GetString()!;

    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
