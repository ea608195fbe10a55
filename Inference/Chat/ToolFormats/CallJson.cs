using System.Globalization;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>What stands around the arguments of a call that is one JSON object, for writers and grammars alike. Stateless.</summary>
internal static class CallJson
{
    /// <summary>Text before the arguments.</summary>
    public static string Open(CallSyntax syntax, string name, int index)
    {
        string number = syntax.NumberKey is { } key ? $"\"{key}\": \"{index.ToString(CultureInfo.InvariantCulture)}\"{syntax.JsonSeparator}" : "";
        return MarkTemplate.WithoutSpaceMarks(syntax.JsonOpen) + number + AfterNumber(syntax, name);
    }

    /// <summary>Text between the opening, or the number, and the arguments.</summary>
    public static string AfterNumber(CallSyntax syntax, string name) => syntax.NameKey is { } nameKey
        ? $"\"{nameKey}\": {CallWriter.JsonString(name)}{syntax.JsonSeparator}\"{syntax.ArgumentsKey}\": "
        : $"{CallWriter.JsonString(name)}: ";

    /// <summary>Text behind the arguments.</summary>
    public static string Close(CallSyntax syntax, string id)
    {
        string trailing = syntax.TrailingIdKey is { } key ? $"{syntax.JsonSeparator}\"{key}\": {CallWriter.JsonString(id)}" : "";
        return trailing + MarkTemplate.WithoutSpaceMarks(syntax.JsonClose);
    }
}
