using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>How the arguments of a call are written.</summary>
internal enum CallBody
{
    /// <summary>Name and arguments are members of one JSON object.</summary>
    JsonCall,

    /// <summary>The name stands before, the arguments are a JSON object.</summary>
    JsonArguments,

    /// <summary>Each argument stands between marks of its own: strings as they are, all else as JSON.</summary>
    Tagged,

    /// <summary>As <see cref="Tagged"/>, with marks of the arguments' own names; lists and objects are elements inside of elements.</summary>
    Elements,

    /// <summary>Arguments stand as in a call of a programming language, with literals.</summary>
    Expression,
}

/// <summary>Literals of <see cref="CallBody.Expression"/>.</summary>
internal enum LiteralSyntax
{
    /// <summary>Python's: <c>True</c>, <c>None</c>, strings in single or double quotes.</summary>
    Python,

    /// <summary>JSON with white space between its signs.</summary>
    SpacedJson,

    /// <summary>Gemma 4's: strings between <c>&lt;|"|&gt;</c>, keys without quotes.</summary>
    Gemma,
}

/// <summary>Which ids a template accepts.</summary>
internal enum CallIdRule
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>Nine letters and digits: Mistral's templates raise an exception for others.</summary>
    NineCharacters,
}

/// <summary>
/// How one family writes calls: the heart of a <see cref="FormatDescription"/>. Marks are in the notation of <see cref="MarkTemplate"/>.
/// A block is <c>SectionOpen (Header body Close) (Separator Header body Close)* SectionClose</c>; what a family lacks is empty.
/// Immutable.
/// </summary>
internal sealed record CallSyntax(string Name, CallBody Body)
{
    /// <summary>Before the first call.</summary>
    public MarkTemplate SectionOpen { get; init; } = new("");

    /// <summary>Behind the last call.</summary>
    public MarkTemplate SectionClose { get; init; } = new("");

    /// <summary>Between two calls.</summary>
    public MarkTemplate Separator { get; init; } = new("");

    /// <summary>Before a call's arguments: the first is what the templates render and grammars write, all are understood.</summary>
    public IReadOnlyList<MarkTemplate> Headers { get; init; } = [new("")];

    /// <summary>Behind a call's arguments: the first is written, all are understood.</summary>
    public IReadOnlyList<MarkTemplate> Closes { get; init; } = [new("")];

    /// <summary>Member with the name in <see cref="CallBody.JsonCall"/>; null when the name is the only key, its value the arguments.</summary>
    public string? NameKey { get; init; } = "name";

    /// <summary>Member with the arguments in <see cref="CallBody.JsonCall"/>.</summary>
    public string ArgumentsKey { get; init; } = "arguments";

    /// <summary>The object of <see cref="CallBody.JsonCall"/> up to its first member.</summary>
    public string JsonOpen { get; init; } = "{~";

    /// <summary>Between two members of the object of <see cref="CallBody.JsonCall"/>.</summary>
    public string JsonSeparator { get; init; } = ", ";

    /// <summary>The object of <see cref="CallBody.JsonCall"/> behind its last member.</summary>
    public string JsonClose { get; init; } = "~}";

    /// <summary>Member with an id before the name, written by grammars as the number of the call, not given to clients because it begins anew in every answer.</summary>
    public string? NumberKey { get; init; }

    /// <summary>Member with an id behind the arguments, nine characters when grammars write it. Clients get another: theirs has to be known when the arguments begin.</summary>
    public string? TrailingIdKey { get; init; }

    /// <summary>Id of a call from name and number; null where <c>«id»</c> in the header is the id, or there is none.</summary>
    public MarkTemplate? Id { get; init; }

    /// <summary>Before a value in <see cref="CallBody.Tagged"/> and <see cref="CallBody.Expression"/>, with the place <c>«key»</c>.</summary>
    public MarkTemplate Parameter { get; init; } = new("");

    /// <summary>Before each tag of <see cref="CallBody.Elements"/>.</summary>
    public string ElementMark { get; init; } = "";

    /// <summary>Behind a value in <see cref="CallBody.Tagged"/>.</summary>
    public string ParameterClose { get; init; } = "";

    /// <summary>Between two arguments, written; and behind the last one of <see cref="CallBody.Tagged"/>.</summary>
    public string ParameterSeparator { get; init; } = "";

    /// <summary>Whether models put strings of <see cref="CallBody.Tagged"/> into <c>&lt;![CDATA[ ]]&gt;</c> where they need it.</summary>
    public bool WritesCharacterData { get; init; }

    /// <summary>Whether a value of <see cref="CallBody.Tagged"/> stands on lines of its own: one line end on each side doesn't belong to it.</summary>
    public bool ValuesOnLines { get; init; }

    /// <summary>Literals of <see cref="CallBody.Expression"/>.</summary>
    public LiteralSyntax Literals { get; init; }

    /// <summary>Whether calls have no mark of their own, so that only an answer that begins with one is taken for calls.</summary>
    public bool OnlyAtStart { get; init; }

    /// <summary>Calls behind a mark, in a format whose own have none: these may stand anywhere in an answer. They share the mark.</summary>
    public IReadOnlyList<CallSyntax> Marked { get; init; } = [];

    /// <summary>Whether the template takes one call a message only.</summary>
    public bool SingleCall { get; init; }

    /// <summary>Texts around content that are no content.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Before and behind content, where a constrained answer has to have them; they are dropped as well.</summary>
    public (string Open, string Close) ContentMarks { get; init; } = ("", "");

    /// <summary>What a model writes between its reasoning and a call or content; dropped as well.</summary>
    public string BehindReasoning { get; init; } = "";

    /// <summary>Text that says that a call begins; null means the block's first word, or the first control token in it.</summary>
    public string? Trigger { get; init; }

    /// <summary>Texts that may stand behind the trigger without a call: what follows is content or reasoning.</summary>
    public IReadOnlyList<string> NoCallBehindTrigger { get; init; } = [];

    /// <summary>Marks that may be control tokens, apart from those of the reasoning.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Marks of the reasoning; null means the usual ones.</summary>
    public ReasoningFormat? Reasoning { get; init; }

    /// <summary>Text that the template writes at the end of the prompt and that belongs to the first mark of the answer.</summary>
    public string PromptOpening { get; init; } = "";

    /// <summary>Which ids the template accepts.</summary>
    public CallIdRule IdRule { get; init; }
}
