using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.Cli.Options;

/// <summary>Reads the configuration file: a JSON object with one key an option.</summary>
internal static class ConfigFile
{
    /// <summary>Largest file that is read, in bytes. Ours: a file with every option is under 4 KiB.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Reads the texts that each key of the file stands for; a list gives several.
    /// </summary>
    /// <param name="path">File as the user gave it.</param>
    /// <param name="rows">Every row of the program; a key of none of them is a problem.</param>
    /// <returns>Values by key, or a sentence that says what is wrong with the file.</returns>
    public static (IReadOnlyDictionary<string, IReadOnlyList<string>>? Values, string? Problem) Read(string path, IReadOnlyList<OptionRow> rows)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                return (null, $"--config: {path} is larger than {MaxBytes} bytes.");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), Options);

            // The parser looks into strings only when they are read, and would throw then.
            return JsonText.IsWellFormed(document.RootElement)
                ? Read(document.RootElement, path, rows)
                : (null, $"--config: {path} holds text that is not Unicode: invalid UTF-8, or half of a surrogate pair.");
        }
        catch (JsonException exception)
        {
            return (null, $"--config: {path} is not valid JSON near line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of that line.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"--config: cannot read {path}; give the path of a readable JSON file.");
        }
    }

    private static (IReadOnlyDictionary<string, IReadOnlyList<string>>? Values, string? Problem) Read(
        JsonElement root, string path, IReadOnlyList<OptionRow> rows)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return (null, $"--config: {path} must hold one JSON object.");
        }

        Dictionary<string, IReadOnlyList<string>> values = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            OptionRow? row = rows.FirstOrDefault(row => row.ConfigKey == property.Name && row != OptionTable.Config);
            if (row is null)
            {
                return (null, $"--config: {path} has the unknown key \"{property.Name}\"; the keys are the option names without dashes in front.");
            }

            if (GetTexts(property.Value, row.IsList) is not { } texts)
            {
                return (null, $"--config: \"{property.Name}\" in {path} has the wrong JSON type; give {row.Allowed}.");
            }

            if (!values.TryAdd(property.Name, texts))
            {
                return (null, $"--config: \"{property.Name}\" appears twice in {path}.");
            }
        }

        return (values, null);
    }

    private static List<string>? GetTexts(JsonElement value, bool isList)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return [value.GetString()!];
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return [value.GetRawText()];
            case JsonValueKind.Array when isList && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return [.. value.EnumerateArray().Select(item => item.GetString()!)];
            default:
                return null;
        }
    }
}
