using System.Text;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>How the loaded model chats: its template, and how it writes calls and reasoning. Immutable; any thread.</summary>
internal sealed class ChatModel
{
    private readonly ConversationRenderer _renderer;
    private readonly PromptTokenizer _tokenizer;

    private ChatModel(ChatTemplate template, IVocabulary vocabulary, TimeProvider time)
    {
        _renderer = new ConversationRenderer(template, Spell(vocabulary, vocabulary.BeginToken), Spell(vocabulary, vocabulary.EndToken), time);
        _tokenizer = new PromptTokenizer(vocabulary, template.Source);
        Format = ToolFormatRegistry.Recognise(template.Source);
        Markers = MarkerTokens.Resolve(vocabulary, Format.PreservedMarkers);
    }

    /// <summary>How calls and reasoning are written.</summary>
    public IToolFormat Format { get; }

    /// <summary>Which of their marks are control tokens.</summary>
    public MarkerTokens Markers { get; }

    /// <summary>What the template can express.</summary>
    public TemplateCapabilities Capabilities => _renderer.Capabilities;

    /// <summary>Reads the template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="vocabulary">The loaded model's tokens.</param>
    /// <param name="time">The clock, for templates that tell the date.</param>
    /// <returns>The model, or a sentence with the line that cannot be read.</returns>
    public static (ChatModel? Model, string? Problem) Create(ChatTemplateSource source, IVocabulary vocabulary, TimeProvider time)
    {
        (ChatTemplate? template, TemplateProblem? problem) = ChatTemplate.Parse(source.Text);
        return template is null ? (null, problem!.Describe()) : (new ChatModel(template, vocabulary, time), null);
    }

    /// <summary>Renders a conversation.</summary>
    /// <returns>The prompt, or a failure that names the messages.</returns>
    public (RenderedPrompt? Prompt, EngineFailure? Failure) Render(ChatGeneration request) => _renderer.Render(ConversationAdapter.Adapt(request, this));

    /// <summary>The tokens of a prompt: only the template's own text becomes control tokens.</summary>
    public int[] Tokenize(RenderedPrompt prompt) => _tokenizer.Tokenize(prompt);

    /// <summary>
    /// What the template wrote behind the conversation, from which follows how an answer begins. Where a message is gone on with, the end of
    /// that message.
    /// </summary>
    public static string FindEnd(RenderedPrompt prompt, ChatGeneration request)
    {
        // Longer than any opening of a turn, and than any mark that a message may end with.
        const int MaxLength = 512;
        int conversation = request.ContinueFinalMessage || prompt.Input.IsEmpty ? 0 : prompt.Input[prompt.Input.Count - 1].End;
        return prompt.Text[Math.Max(conversation, prompt.Text.Length - MaxLength)..];
    }

    private static string Spell(IVocabulary vocabulary, int? token) => token is { } id ? vocabulary.GetSpelling(id) : "";
}
