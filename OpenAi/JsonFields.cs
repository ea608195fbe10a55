using System.Collections.Frozen;
using System.Text.Json;

namespace MistralServe.OpenAi;

/// <summary>
/// The known fields of one JSON object of a request. Unknown fields are ignored, a JSON null counts as absent, and
/// anything wrong is noted in the <see cref="RequestErrors"/> under the field's path. One request, one thread.
/// </summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly RequestErrors _errors;

    /// <summary>Collects the fields of <paramref name="element"/>.</summary>
    /// <param name="element">The object; its text must be valid Unicode (see <see cref="Json.JsonText"/>).</param>
    /// <param name="path">Path of the object, for example <c>messages[0]</c>; empty for the root.</param>
    /// <param name="known">Names to collect.</param>
    /// <param name="errors">Where mistakes are noted.</param>
    public JsonFields(JsonElement element, string path, FrozenSet<string> known, RequestErrors errors)
    {
        _path = path;
        _errors = errors;
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.AddInvalidType(
                path.Length == 0 ? null : path,
                $"{(path.Length == 0 ? "The request" : $"'{path}'")} must be an object, not {Describe(element.ValueKind)}.");
            return;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = property.Name;
            // Two parsers may disagree on which of two values counts, so a repeated field is a mistake and no choice of ours.
            if (known.Contains(name) && !_values.TryAdd(name, property.Value))
            {
                errors.AddInvalidValue(PathOf(name), $"'{PathOf(name)}' is given more than once.");
            }
        }
    }

    /// <summary>Path of a field as errors name it.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>The value as it is; null when absent or JSON null.</summary>
    public JsonElement? Get(string name) =>
        _values.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string; null when absent.</summary>
    public string? GetString(string name)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        AddTypeError(name, "a string", value);
        return null;
    }

    /// <summary>A boolean; null when absent.</summary>
    public bool? GetBoolean(string name)
    {
        JsonElement? value = Get(name);
        switch (value?.ValueKind)
        {
            case null: return null;
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            default:
                AddTypeError(name, "true or false", value.Value);
                return null;
        }
    }

    /// <summary>A finite number; null when absent. A number as text (<c>"1"</c>) is refused.</summary>
    public double? GetNumber(string name)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            AddTypeError(name, "a number", value);
            return null;
        }

        // 1e999 parses to infinity.
        if (!value.TryGetDouble(out double number) || !double.IsFinite(number))
        {
            _errors.AddInvalidValue(PathOf(name), $"'{PathOf(name)}' is too large for a number.");
            return null;
        }

        return number;
    }

    /// <summary>A 64-bit integer, also when written as <c>32.0</c> or <c>3.2e1</c>; null when absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="saturate">True: a whole number outside 64 bits becomes the nearest bound. False: it is an error.</param>
    public long? GetInteger(string name, bool saturate = false)
    {
        if (GetNumber(name) is not { } number)
        {
            return null;
        }

        JsonElement value = _values[name];
        if (value.TryGetInt64(out long integer))
        {
            return integer;
        }

        // Decimal keeps all digits of a 64-bit value that has a point; double would round it.
        bool isDecimal = value.TryGetDecimal(out decimal exact);
        if (number != Math.Truncate(number) || (isDecimal && exact != decimal.Truncate(exact)))
        {
            _errors.AddInvalidType(PathOf(name), $"'{PathOf(name)}' must be an integer, not a fraction.");
            return null;
        }

        if (isDecimal && exact is >= long.MinValue and <= long.MaxValue)
        {
            return (long)exact;
        }

        if (!saturate)
        {
            _errors.AddInvalidValue(PathOf(name), $"'{PathOf(name)}' does not fit a 64-bit integer.");
            return null;
        }

        return number < 0 ? long.MinValue : long.MaxValue;
    }

    /// <summary>How a value's type is named in messages.</summary>
    public static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private void AddTypeError(string name, string expected, JsonElement value) =>
        _errors.AddInvalidType(PathOf(name), $"'{PathOf(name)}' must be {expected}, not {Describe(value.ValueKind)}.");
}
