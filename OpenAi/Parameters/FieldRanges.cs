namespace MistralServe.OpenAi.Parameters;

/// <summary>Checks values against their ranges and gives them the types of the engine. One request, one thread.</summary>
/// <param name="errors">Where values out of range are noted.</param>
internal sealed class FieldRanges(RequestErrors errors)
{
    /// <summary>A number between two bounds, both included.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value; null when absent.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    /// <param name="whenAbsent">The default.</param>
    public float Between(string name, double? value, double min, double max, float whenAbsent)
    {
        if (value < min || value > max)
        {
            errors.AddInvalidValue(name, $"'{name}' must be between {min} and {max}, but is {value}.");
        }

        return value is null ? whenAbsent : (float)value;
    }

    /// <summary>A whole number between two bounds, both included.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value; null when absent.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    /// <returns>Null when absent.</returns>
    public int? Between(string name, long? value, int min, int max)
    {
        if (value < min || value > max)
        {
            errors.AddInvalidValue(name, $"'{name}' must be between {min} and {max}, but is {value}.");
        }

        return value is null ? null : (int)Math.Clamp(value.Value, min, max);
    }

    /// <summary>A limit of generated tokens that is -1 for none but the context.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value; null when absent.</param>
    /// <returns>Null when absent.</returns>
    public int? Limit(string name, long? value) => AtLeast(name, value, -1) is not { } limit ? null : limit < 0 ? int.MaxValue : limit;

    /// <summary>
    /// A count with a lower bound. The engine cuts to the context, so a value past 32 bits means the same as the largest one.
    /// </summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value; null when absent.</param>
    /// <param name="min">Smallest value.</param>
    /// <returns>Null when absent.</returns>
    public int? AtLeast(string name, long? value, int min)
    {
        if (value < min)
        {
            errors.AddInvalidValue(name, $"'{name}' must be {min} or more, but is {value}.");
        }

        return value is null ? null : (int)Math.Clamp(value.Value, min, int.MaxValue);
    }
}
