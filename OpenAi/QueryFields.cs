using System.Globalization;

namespace MistralServe.OpenAi;

/// <summary>Values of a request's query; mistakes are noted in <see cref="Errors"/>. One request, one thread.</summary>
internal sealed class QueryFields(IQueryCollection query)
{
    /// <summary>What is wrong.</summary>
    public RequestErrors Errors { get; } = new();

    /// <summary>A text; null when absent or empty.</summary>
    public string? GetText(string name) => query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A boolean; false when absent.</summary>
    public bool GetBoolean(string name) => GetWord(name, "false", "true") == "true";

    /// <summary>One of a few words; the first when absent.</summary>
    public string GetWord(string name, params string[] words)
    {
        string? value = GetText(name);
        if (value is not null && !words.Contains(value, StringComparer.Ordinal))
        {
            Errors.AddInvalidValue(name, $"'{name}' must be one of {string.Join(", ", words)}.");
        }

        return value ?? words[0];
    }

    /// <summary>A whole number between two bounds, both included; null when absent.</summary>
    public int? GetInteger(string name, int min, int max)
    {
        if (GetText(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        Errors.AddInvalidValue(name, $"'{name}' must be a whole number from {min} to {max}.");
        return null;
    }
}
