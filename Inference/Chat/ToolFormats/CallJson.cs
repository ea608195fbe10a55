using System.Globalization;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>What stands around the arguments of a call that is one JSON object, for writers and grammars alike. Stateless.</summary>
internal static class CallJson
{
    /// <summary>Text before the arguments.</summary>
    public static string Open(CallSyntax syntax, string name, int index)
    {
        string number = syntax.NumberKey is { } key ? $"\"{key}\": \"{index.ToString(CultureInfo.InvariantCulture)}\", " : "";
        return "{" + number + AfterNumber(syntax, name);
    }

    /// <summary>Text between the brace, or the number, and the arguments.</summary>
    public static string AfterNumber(CallSyntax syntax, string name) => syntax.NameKey is { } nameKey
        ? $"\"{nameKey}\": {CallWriter.JsonString(name)}, \"{syntax.ArgumentsKey}\": "
        : $"{CallWriter.JsonString(name)}: ";

    /// <summary>Text behind the arguments.</summary>
    public static string Close(CallSyntax syntax, string id) => syntax.TrailingIdKey is { } key ? $", \"{key}\": {CallWriter.JsonString(id)}}}" : "}";
}
