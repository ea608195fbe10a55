using System.Text.Json;

namespace MistralServe.OpenAi.Parameters;

/// <summary>
/// Fields of OpenAI's API that change nothing here and do no harm: they are checked for their type and ignored. Any thread.
/// </summary>
internal static class AcceptedFields
{
    private static readonly (string Name, JsonValueKind Kind)[] Rows =
    [
        ("store", JsonValueKind.True),
        ("prediction", JsonValueKind.Object), // what it predicts is found by lookup, where that is on
        ("audio", JsonValueKind.Object), // of an answer in speech, which 'modalities' would ask for
        ("web_search_options", JsonValueKind.Object),
        ("moderation", JsonValueKind.Object),
        ("prompt_cache_retention", JsonValueKind.String),
        ("prompt_cache_options", JsonValueKind.Object),
    ];

    /// <summary>Names of the fields.</summary>
    public static IEnumerable<string> Names => Rows.Select(row => row.Name);

    /// <summary>Notes an error for each field of a wrong type.</summary>
    public static void Check(JsonFields fields, RequestErrors errors)
    {
        foreach ((string name, JsonValueKind kind) in Rows)
        {
            switch (kind)
            {
                case JsonValueKind.True:
                    _ = fields.GetBoolean(name);
                    break;
                case JsonValueKind.String:
                    _ = fields.GetString(name);
                    break;
                default:
                    if (fields.Get(name) is { } value && value.ValueKind != kind)
                    {
                        errors.AddInvalidType(name, $"'{name}' must be an object, not {JsonFields.Describe(value.ValueKind)}.");
                    }

                    break;
            }
        }
    }
}
