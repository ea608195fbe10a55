using System.Text.Json;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>Finds what a template can express: renders small conversations with words that occur nowhere else, and looks for them.</summary>
internal sealed class TemplateProbe(ChatTemplate template, string beginText, string endText)
{
    private const string User = "zquser", SystemText = "zqsystem", Tool = "zqtool", Other = "zqother";
    private const string Key = "zqkey", Value = "zqvalue", Answer = "zqanswer", Thought = "zqthought";

    // Some day: what a template can do does not depend on it.
    private static readonly DateTimeOffset Day = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly ChatMessage UserMessage = new("user", User);

    /// <summary>What the template can express.</summary>
    public TemplateCapabilities Run()
    {
        var basis = new TemplateCapabilities { SystemRole = true, LaterSystem = true, ToolCalls = true };
        basis = basis with { NeedsToolList = Render(basis, UserMessage).Length == 0 && Render(basis with { NeedsToolList = true }, UserMessage).Length > 0 };
        string plain = Render(basis, UserMessage);
        bool typed = !plain.Contains(User, StringComparison.Ordinal) && Renders(basis with { TypedContent = true }, [User], UserMessage);
        basis = basis with { TypedContent = typed };
        bool asObject = HasCall(basis with { ArgumentsAsObject = true });
        bool calls = asObject || HasCall(basis);
        basis = basis with { ArgumentsAsObject = asObject };
        return basis with
        {
            SystemRole = Renders(basis, [SystemText, User], new ChatMessage("system", SystemText), UserMessage),
            LaterSystem = Renders(
                basis, [SystemText, Tool, Other], new ChatMessage("system", SystemText), new ChatMessage("system", Tool), UserMessage, new ChatMessage("assistant", Answer),
                new ChatMessage("system", Other), UserMessage),
            Tools = RenderTools(basis).Contains(Tool, StringComparison.Ordinal),
            ToolCalls = calls,
            ParallelToolCalls = calls && Renders(basis, [Tool, Other], UserMessage, CreateCalls(Tool, Other), CreateResult(Tool, "call00001"), CreateResult(Other, "call00002")),
            ReasoningInHistory = Renders(basis, [Thought], UserMessage, new ChatMessage("assistant", Answer) { Reasoning = Thought }, UserMessage),
            ThinkingTag = RenderPrompt(basis, CreateRequest(UserMessage))?.OpenThinkingTag,
            EnableThinking = Differs(basis, "none", null),
            ReasoningEffort = Differs(basis, "low", "high"),
        };
    }

    private bool Differs(TemplateCapabilities capabilities, string? one, string? other) =>
        RenderPrompt(capabilities, CreateRequest(UserMessage) with { ReasoningEffort = one })?.Text
        != RenderPrompt(capabilities, CreateRequest(UserMessage) with { ReasoningEffort = other })?.Text;

    /// <summary>Whether a call is shown with its arguments as JSON: not as Python prints an object, nor as JSON text inside JSON.</summary>
    private bool HasCall(TemplateCapabilities capabilities)
    {
        string text = Render(capabilities, UserMessage, CreateCalls(Tool), CreateResult(Tool, "call00001"));
        return text.Contains(Tool, StringComparison.Ordinal) && text.Contains(Value, StringComparison.Ordinal) && text.Contains(Key, StringComparison.Ordinal)
            && !text.Contains($"{{'{Key}'", StringComparison.Ordinal) && !text.Contains($"\\\"{Key}\\\"", StringComparison.Ordinal);
    }

    private static ChatMessage CreateCalls(params ReadOnlySpan<string> names)
    {
        var calls = new List<ChatToolCall>();
        foreach (string name in names)
        {
            // Mistral's templates want ids of nine letters and digits.
            calls.Add(new ChatToolCall($"call0000{calls.Count + 1}", name, $$"""{"{{Key}}": "{{Value}}"}"""));
        }

        return new ChatMessage("assistant", "") { ToolCalls = calls };
    }

    private static ChatMessage CreateResult(string name, string id) => new("tool", Answer) { Name = name, ToolCallId = id };

    private static ChatGeneration CreateRequest(params ChatMessage[] messages) => new() { Messages = messages };

    private bool Renders(TemplateCapabilities capabilities, string[] expected, params ChatMessage[] messages)
    {
        string text = Render(capabilities, messages);
        return expected.All(word => text.Contains(word, StringComparison.Ordinal));
    }

    private string RenderTools(TemplateCapabilities capabilities)
    {
        using JsonDocument schema = JsonDocument.Parse($$$"""{"type": "object", "properties": {"{{{Key}}}": {"type": "string", "description": "{{{Value}}}"}}, "required": ["{{{Key}}}"]}""");
        var tool = new ChatTool(Tool, Answer, schema.RootElement.Clone());
        return RenderPrompt(capabilities, CreateRequest(UserMessage) with { Tools = [tool] })?.Text ?? "";
    }

    private string Render(TemplateCapabilities capabilities, params ChatMessage[] messages) => RenderPrompt(capabilities, CreateRequest(messages))?.Text ?? "";

    private RenderedPrompt? RenderPrompt(TemplateCapabilities capabilities, ChatGeneration request)
    {
        var input = new ConversationInput(template, capabilities, beginText, endText);
        StringValue? text = template.Render(input.CreateVariables(request, Day), Day).Text;
        return text is null ? null : new RenderedPrompt(text.Text, text.Input);
    }
}
