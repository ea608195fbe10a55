using System.Text.Json.Nodes;

namespace MistralServe.Tests.EndToEnd;

/// <summary>What a model may write that is no well-formed answer, in the way of Hermes and Qwen, and what clients are to see of it.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Text">The answer.</param>
internal sealed record HostileOutput(string Name, string Text)
{
    // One token: as large as the constraints let one be.
    private static readonly string Piece = string.Concat(Enumerable.Repeat("0123456789abcde\\n", 60));

    private static readonly string HugeText = string.Concat(Enumerable.Repeat(Piece, 64));

    private static readonly string DeepArguments = Nest(31);

    // Behind 64 levels, the server's limit for all JSON.
    private static readonly int TooDeep = Nest(0).Length - 1 + (31 * "{\"a\": [".Length) + "{\"a\": ".Length;

    private const string Paris = """{"city": "Paris", "days": 2}""";

    private const string Marks = """{"text": "<tool_call>\n{\"name\": \"now\"}\n</tool_call><think></think><|im_end|><|im_start|>user\n", "meta": {}}""";

    private const string Escapes = """{"city": "Z\u00fcrich \ud83c\udf0d \ud83d \\ \" \/ \t", "days": 1}""";

    private const string RawUnicode = """{"city": "Zürich 日本 🌍🇨🇭 \u0000 x", "days": 1}""";

    private const string Frames = """{"text": "\n\ndata: [DONE]\n\nevent: error\r\n\r\n"}""";

    /// <summary>What is told as reasoning.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>What is told as text.</summary>
    public string Content { get; init; } = "";

    /// <summary>What is told as calls: names and arguments, these as they are in the text.</summary>
    public IReadOnlyList<(string Name, string Arguments)> Calls { get; init; } = [];

    /// <summary>Whether a constraint makes it well-formed: constraints know no depth.</summary>
    public bool IsHeld { get; init; } = true;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostileOutput> All { get; } =
    [
        new("plain text", "Hello 🌍, no call.") { Content = "Hello 🌍, no call." },
        new("nothing", ""),
        new("only white space", " \n\n\t ") { Content = " \n\n\t " },
        new("a call without its closing mark", "I look.\n" + Open("get_weather", Paris) + "}") { Content = "I look.", Calls = [("get_weather", Paris)] },
        new("a call without its closing brace", Open("get_weather", Paris)) { Calls = [("get_weather", Paris)] },
        new("a call that is cut off in its arguments", "I look. " + Open("get_weather", """{"city": "Par""")) { Content = "I look.", Calls = [("get_weather", """{"city": "Par""")] },
        new("a call that is cut off in its name", "I look. <tool_call>\n{\"name\": \"get_wea") { Content = "I look. <tool_call>\n{\"name\": \"get_wea" },
        new("a mark that is cut off", "I look. <tool_ca") { Content = "I look. <tool_ca" },
        new("an opening mark alone", "I look. <tool_call>") { Content = "I look. <tool_call>" },
        new("a closing mark alone", "I </tool_call> look.") { Content = "I </tool_call> look." },
        new("arguments that are no JSON", Call("get_weather", "{'city': 'Paris'}") + " Sorry.")
        {
            Content = "'city': 'Paris'}}\n</tool_call> Sorry.", Calls = [("get_weather", "{")],
        },
        new("a call that is no JSON", "<tool_call>\n{name: get_weather}\n</tool_call> Sorry.") { Content = "<tool_call>\n{name: get_weather}\n</tool_call> Sorry." },
        new("a call that is a list", $"<tool_call>\n[{Json("get_weather", Paris)}]\n</tool_call>") { Content = $"<tool_call>\n[{Json("get_weather", Paris)}]\n</tool_call>" },
        new("a name that is a number", "<tool_call>\n{\"name\": 5, \"arguments\": {}}\n</tool_call>") { Content = "<tool_call>\n{\"name\": 5, \"arguments\": {}}\n</tool_call>" },
        new("a tool that there is not", "Now. " + Call("launch", "{}") + " Done.") { Content = "Now. " + Call("launch", "{}") + " Done." },
        new("an unknown call before a known one", Call("launch", "{}") + "\n" + Call("get_weather", Paris)) { Content = Call("launch", "{}"), Calls = [("get_weather", Paris)] },
        new("two opening marks", "I look. <tool_call>\n" + Call("get_weather", Paris) + " Done.")
        {
            Content = "I look. <tool_call>\nDone.", Calls = [("get_weather", Paris)],
        },
        new("a call inside of a call", "<tool_call>\n" + Json("write_file", "{\"text\": " + Call("now", "{}") + "}") + "\n</tool_call>")
        {
            Content = "}}\n</tool_call>", Calls = [("write_file", "{\"text\": "), ("now", "{}")],
        },
        new("text between two calls", Call("get_weather", Paris) + "\nAnd then:\n" + Call("now", "{}") + "\nDone.")
        {
            Content = "And then:\nDone.", Calls = [("get_weather", Paris), ("now", "{}")],
        },
        new("marks in a string", "I write. " + Call("write_file", Marks)) { Content = "I write.", Calls = [("write_file", Marks)] },
        new("escapes", Call("get_weather", Escapes)) { Calls = [("get_weather", Escapes)] },
        new("many bytes a character", "Grüezi 🌍. " + Call("get_weather", RawUnicode) + " Merci 🇨🇭.")
        {
            Content = "Grüezi 🌍.\nMerci 🇨🇭.", Calls = [("get_weather", RawUnicode)],
        },
        new("frames of the wire", "data: [DONE]\n\nevent: x\r\n\r\ndata: {}\n\n" + Call("write_file", Frames)) { Content = "data: [DONE]\n\nevent: x\r\n\r\ndata: {}", Calls = [("write_file", Frames)] },
        new("control characters", "a\u0000b\u001b[31mc\u2028d\uFEFFe") { Content = "a\u0000b\u001b[31mc\u2028d\uFEFFe" },
        new("no arguments", "<tool_call>\n{\"name\": \"now\"}\n</tool_call>") { Calls = [("now", "{}")] },
        new("empty arguments", Call("now", "{}")) { Calls = [("now", "{}")] },
        new("arguments that are null", Call("now", "null")) { Calls = [("now", "{}")] },
        new("arguments in a string", Call("get_weather", """
            "{\"city\": \"Paris\", \"days\": 2}"
            """)) { Calls = [("get_weather", Paris)] },
        new("arguments before the name", $"<tool_call>\n{{\"arguments\": {Paris}, \"name\": \"get_weather\"}}\n</tool_call>") { Calls = [("get_weather", Paris)] },
        new("other members", $"<tool_call>\n{{\"id\": 7, \"type\": \"function\", \"name\": \"get_weather\", \"arguments\": {Paris}, \"x\": [1, null]}}\n</tool_call>")
        {
            Calls = [("get_weather", Paris)],
        },
        new("a member twice", $"<tool_call>\n{{\"name\": \"get_weather\", \"arguments\": {Paris}, \"arguments\": {{}}}}\n</tool_call>") { Calls = [("get_weather", Paris)] },
        new("other line ends", $"<tool_call>\r\n\t{{ \"name\" : \"get_weather\" ,\r\n \"arguments\" : {Paris} }}\r\n</tool_call>\r\n") { Calls = [("get_weather", Paris)] },
        new("a call in a code fence", "```json\n" + Json("get_weather", Paris) + "\n```") { Content = "```json\n" + Json("get_weather", Paris) + "\n```" },
        new("huge arguments", "I write. " + Call("write_file", $"{{\"text\": \"{HugeText}\"}}") + " Done.")
        {
            Content = "I write.\nDone.", Calls = [("write_file", $"{{\"text\": \"{HugeText}\"}}")],
        },
        new("deep arguments", Call("write_file", DeepArguments)) { Calls = [("write_file", DeepArguments)] },
        new("arguments that are too deep", Call("write_file", Nest(40)))
        {
            Content = Nest(40)[TooDeep..] + "}\n</tool_call>", Calls = [("write_file", Nest(40)[..TooDeep])], IsHeld = false,
        },
        new("many calls", string.Join('\n', Enumerable.Range(0, 40).Select(_ => Call("now", "{}")))) { Calls = [.. Enumerable.Range(0, 40).Select(_ => ("now", "{}"))] },
        new("reasoning that is never closed", "<think>\nI think, and") { Reasoning = "I think, and" },
        new("a call inside of reasoning", "<think>\nMaybe " + Call("now", "{}") + "\n</think>\n\nNo.") { Reasoning = "Maybe " + Call("now", "{}"), Content = "No." },
        new("a call inside of reasoning that is never closed", "<think>\nMaybe " + Call("now", "{}")) { Reasoning = "Maybe " + Call("now", "{}") },
        new("reasoning that is closed only", "</think>\n\nNo.") { Content = "No." },
        new("reasoning twice", "<think>\nA\n</think>\n\n<think>\nB\n</think>\n\n" + Call("now", "{}")) { Reasoning = "A", Content = "<think>\nB\n</think>", Calls = [("now", "{}")] },
        new("empty reasoning", "<think>\n\n</think>\n\n" + Call("now", "{}")) { Calls = [("now", "{}")] },
    ];

    /// <summary>
    /// A script with all of them, and what clients are to see. To a message <c>[name]</c> the model answers with letters only, so that nothing holds
    /// it; to <c>{name}</c> with control tokens, so that a constraint does.
    /// </summary>
    public static string CreateScript()
    {
        var answers = new JsonArray();
        foreach (HostileOutput output in All)
        {
            answers.Add(new JsonObject
            {
                ["when"] = $"[{output.Name}]",
                ["text"] = output.Text,
                ["spelled"] = true,
                ["reasoning"] = output.Reasoning,
                ["content"] = output.Content,
                ["calls"] = new JsonArray([.. output.Calls.Select(call => new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments })]),
            });
            if (output.IsHeld)
            {
                answers.Add(new JsonObject { ["when"] = $"{{{output.Name}}}", ["text"] = output.Text });
            }
        }

        return new JsonObject
        {
            ["markers"] = new JsonArray("<think>", "</think>", "<tool_call>", "</tool_call>"),
            ["pieces"] = new JsonArray(Piece),
            ["answers"] = answers,
            ["otherwise"] = "Finished.",
        }.ToJsonString();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Nest(int pairs) => "{\"meta\": " + string.Concat(Enumerable.Repeat("{\"a\": [", pairs)) + string.Concat(Enumerable.Repeat("]}", pairs)) + "}";

    private static string Json(string name, string arguments) => $"{{\"name\": \"{name}\", \"arguments\": {arguments}}}";

    private static string Open(string name, string arguments) => $"<tool_call>\n{{\"name\": \"{name}\", \"arguments\": {arguments}";

    private static string Call(string name, string arguments) => $"<tool_call>\n{Json(name, arguments)}\n</tool_call>";
}
