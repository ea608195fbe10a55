namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// How harmony is written: the description that its parser, its grammar and its rendering share. A message is a header (role, channel,
/// recipient, type of the body), a mark, the body and a mark that ends it.
/// </summary>
internal static class HarmonySyntax
{
    /// <summary>Before the role that begins a message.</summary>
    public const string Start = "<|start|>";

    /// <summary>Before the name of a channel.</summary>
    public const string Channel = "<|channel|>";

    /// <summary>Before the type of the body.</summary>
    public const string Constrain = "<|constrain|>";

    /// <summary>Between header and body.</summary>
    public const string Message = "<|message|>";

    /// <summary>Ends a message behind which another comes.</summary>
    public const string End = "<|end|>";

    /// <summary>Ends a call, and with it the answer.</summary>
    public const string Call = "<|call|>";

    /// <summary>Ends the answer.</summary>
    public const string Return = "<|return|>";

    /// <summary>The model's role.</summary>
    public const string Role = "assistant";

    /// <summary>Opening of the assistant's turn, with which prompts end.</summary>
    public const string AssistantStart = Start + Role;

    /// <summary>The channel of reasoning.</summary>
    public const string ReasoningChannel = Channel + "analysis";

    /// <summary>Header of a message that reasons.</summary>
    public const string ReasoningHeader = ReasoningChannel + Message;

    /// <summary>Header of the message that answers.</summary>
    public const string FinalHeader = Channel + "final" + Message;

    /// <summary>The channel of calls.</summary>
    public const string CallChannel = Channel + "commentary";

    /// <summary>Before the name of the tool in a call's header. It stands behind the channel or, as templates render it, before.</summary>
    public const string Recipient = "to=functions.";

    /// <summary>Type of a call's body.</summary>
    public const string JsonType = Constrain + "json";

    /// <summary>All marks.</summary>
    public static IReadOnlyList<string> Marks { get; } = [Start, End, Message, Channel, Constrain, Call, Return];

    /// <summary>Header of a call.</summary>
    public static string CallHeader(string tool) => $"{CallChannel} {Recipient}{tool} {JsonType}{Message}";
}
