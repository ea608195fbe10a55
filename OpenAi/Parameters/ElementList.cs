using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>Goes through arrays of a request. Any thread.</summary>
internal static class ElementList
{
    /// <summary>
    /// Calls <paramref name="read"/> for each element with its path, up to the first mistake: a list of a million wrong elements is no reason to
    /// look at all of them.
    /// </summary>
    /// <param name="array">The field's value.</param>
    /// <param name="path">Path of the field.</param>
    /// <param name="expected">What the field must be, for the error of another type.</param>
    /// <param name="errors">Where mistakes are noted.</param>
    /// <param name="read">Reads one element.</param>
    public static void ForEach(JsonElement array, string path, string expected, RequestErrors errors, Action<JsonElement, string> read)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType(path, $"'{path}' must be {expected}, not {JsonFields.Describe(array.ValueKind)}.");
            return;
        }

        int index = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (errors.First is not null)
            {
                return;
            }

            read(element, $"{path}[{index++}]");
        }
    }
}
