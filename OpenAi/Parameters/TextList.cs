using System.Text;
using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>A field that takes one short string or several, for example <c>stop</c>. Any thread.</summary>
/// <param name="Name">Name of the field.</param>
/// <param name="MaxCount">Most strings.</param>
/// <param name="MaxBytes">Most bytes of UTF-8 in one.</param>
internal sealed record TextList(string Name, int MaxCount, int MaxBytes)
{
    /// <summary>The field <c>stop</c>.</summary>
    public static TextList Stop { get; } = new("stop", GenerationLimits.MaxStopStrings, GenerationLimits.MaxStopBytes);

    /// <summary>The field <c>bad_words</c>.</summary>
    public static TextList BadWords { get; } = new("bad_words", GenerationLimits.MaxBadWords, GenerationLimits.MaxStopBytes);

    /// <summary>The field <c>dry_sequence_breakers</c>.</summary>
    public static TextList DrySequenceBreakers { get; } =
        new("dry_sequence_breakers", GenerationLimits.MaxDryBreakers, GenerationLimits.MaxDryBreakerBytes);

    /// <summary>The strings; none when absent. Mistakes are noted in <paramref name="errors"/>.</summary>
    public List<string> Read(JsonElement? value, RequestErrors errors)
    {
        var strings = new List<string>();
        switch (value?.ValueKind)
        {
            case null:
                break;
            case JsonValueKind.String:
                Add(value.Value, Name, strings, errors);
                break;
            case JsonValueKind.Array when value.Value.GetArrayLength() > MaxCount:
                errors.AddInvalidValue(Name, $"'{Name}' takes up to {MaxCount} strings, but has {value.Value.GetArrayLength()}.");
                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in value.Value.EnumerateArray())
                {
                    Add(element, $"{Name}[{strings.Count}]", strings, errors);
                }

                break;
            default:
                errors.AddInvalidType(Name, $"'{Name}' must be a string or an array of strings, not {JsonFields.Describe(value.Value.ValueKind)}.");
                break;
        }

        return strings;
    }

    private void Add(JsonElement element, string path, List<string> strings, RequestErrors errors)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            errors.AddInvalidType(path, $"'{path}' must be a string, not {JsonFields.Describe(element.ValueKind)}.");
        }

        string text = element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes == 0 || bytes > MaxBytes)
        {
            errors.AddInvalidValue(path, $"'{path}' must have 1 to {MaxBytes} bytes of UTF-8, but has {bytes}.");
        }

        strings.Add(text);
    }
}
