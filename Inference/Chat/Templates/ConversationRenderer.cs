using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// From a conversation to prompt text by a chat template. What the template can express is probed when it is first needed, not
/// when the server starts. Immutable; any thread.
/// </summary>
/// <param name="template">The template.</param>
/// <param name="beginText">Text of the token that begins a prompt; empty when there is none.</param>
/// <param name="endText">Text of the token that ends one; empty when there is none.</param>
/// <param name="time">The clock, with the local time zone.</param>
internal sealed class ConversationRenderer(ChatTemplate template, string beginText, string endText, TimeProvider time)
{
    // Stands at the end of a message that is to be gone on with: the prompt is cut there.
    private const string EndMark = "\uE000CONTINUE\uE000";

    private readonly Lazy<TemplateCapabilities> _capabilities = new(() => new TemplateProbe(template, beginText, endText).Run());

    /// <summary>The template.</summary>
    public ChatTemplate Template { get; } = template;

    /// <summary>What the template can express; the first use renders a dozen small conversations.</summary>
    public TemplateCapabilities Capabilities => _capabilities.Value;

    /// <summary>Renders a conversation.</summary>
    /// <returns>The prompt, or a failure: the template's own words where it refuses the messages by <c>raise_exception</c>.</returns>
    public (RenderedPrompt? Prompt, EngineFailure? Failure) Render(ChatGeneration request)
    {
        (RenderedPrompt? prompt, TemplateProblem? problem) = Render(request, Capabilities);
        if (prompt is not null)
        {
            return (prompt, null);
        }

        string message = problem!.Raised
            ? problem.Message
            : $"The model's chat template cannot render these messages: {problem.Describe()}";
        return (null, new EngineFailure(EngineFailureCode.InvalidRequest, message, "messages"));
    }

    private (RenderedPrompt? Prompt, TemplateProblem? Problem) Render(ChatGeneration request, TemplateCapabilities capabilities)
    {
        bool continues = request.ContinueFinalMessage && request.Messages[^1].Role == "assistant";
        ChatGeneration shaped = continues
            ? request with { Messages = [.. request.Messages.SkipLast(1), request.Messages[^1] with { Content = request.Messages[^1].Content + EndMark }] }
            : request;
        DateTimeOffset now = time.GetLocalNow();
        var input = new ConversationInput(Template, capabilities, beginText, endText);
        (StringValue? text, TemplateProblem? problem) = Template.Render(input.CreateVariables(shaped, now), now);
        if (text is null)
        {
            return (null, problem);
        }

        if (continues)
        {
            int end = text.Text.LastIndexOf(EndMark, StringComparison.Ordinal);
            if (end < 0)
            {
                return (null, new TemplateProblem(1, "it does not show the last message as it is, so that message cannot be continued"));
            }

            text = text.Slice(0, end);
        }

        return (new RenderedPrompt(text.Text, text.Input), null);
    }
}
