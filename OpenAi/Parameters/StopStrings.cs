using System.Text;
using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>The field <c>stop</c>: one string or several. Any thread.</summary>
internal static class StopStrings
{
    /// <summary>The strings; none when absent. Mistakes are noted in <paramref name="errors"/>.</summary>
    public static List<string> Read(JsonElement? stop, RequestErrors errors)
    {
        var strings = new List<string>();
        switch (stop?.ValueKind)
        {
            case null:
                break;
            case JsonValueKind.String:
                Add(stop.Value, "stop", strings, errors);
                break;
            case JsonValueKind.Array when stop.Value.GetArrayLength() > GenerationLimits.MaxStopStrings:
                errors.AddInvalidValue(
                    "stop", $"'stop' takes up to {GenerationLimits.MaxStopStrings} strings, but has {stop.Value.GetArrayLength()}.");
                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in stop.Value.EnumerateArray())
                {
                    Add(element, $"stop[{strings.Count}]", strings, errors);
                }

                break;
            default:
                errors.AddInvalidType(
                    "stop", $"'stop' must be a string or an array of strings, not {JsonFields.Describe(stop.Value.ValueKind)}.");
                break;
        }

        return strings;
    }

    private static void Add(JsonElement element, string path, List<string> strings, RequestErrors errors)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            errors.AddInvalidType(path, $"'{path}' must be a string, not {JsonFields.Describe(element.ValueKind)}.");
        }

        string text = element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes is 0 or > GenerationLimits.MaxStopBytes)
        {
            errors.AddInvalidValue(path, $"'{path}' must have 1 to {GenerationLimits.MaxStopBytes} bytes of UTF-8, but has {bytes}.");
        }

        strings.Add(text);
    }
}
